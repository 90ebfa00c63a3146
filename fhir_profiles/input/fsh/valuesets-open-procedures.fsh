// Codes that are surely what they say, and leave open where, with what, or as a part of what.
// procedure-at-liver: decide with a body site in the liver or a text that names it; else a candidate.
// procedure-candidate: a candidate. procedure-half: nothing without the other half of the same day,
// the liver, or an arterial drug. CPT: numbers only, no descriptors. A site may promote any of them.

ValueSet: ProcedureAtLiverIodine125
Id: procedure-at-liver.iodine-125
Title: "Iodine-125 implantation of any organ"
* insert Published
* insert ChineseTitle([[碘-125植入(部位未注明)]])
* $sct#228690002
* $sct#394918006

ValueSet: ProcedureAtLiverTare
Id: procedure-at-liver.tare
Title: "Yttrium-90 brachytherapy of any organ"
* insert Published
* insert ChineseTitle([[钇-90近距离治疗(部位未注明)]])
* $sct#228696008

ValueSet: ProcedureCandidateIodine125
Id: procedure-candidate.iodine-125
Title: "Interstitial brachytherapy, or a source of iodine-125"
Description: "Neither organ nor, mostly, isotope is said."
* insert Published
* insert ChineseTitle([[组织间近距离治疗或碘-125源]])
* $sct#113120007
* $cpt#77778
* $icd9#92.27
* $hcpcs#C2634
* $hcpcs#C2638 "Brachytherapy source, stranded, iodine-125, per source"
* $hcpcs#C2639

ValueSet: ProcedureCandidateTare
Id: procedure-candidate.tare
Title: "Radioactive source of a radioembolisation"
Description: "With an embolisation of the same day it is a radioembolisation."
* insert Published
* insert ChineseTitle([[放射性栓塞的放射源(组成部分)]])
* $hcpcs#C2616 "Brachytherapy source, non-stranded, yttrium-90, per source"
* $icd10pcs#3E053HZ "Administration | Physiological Systems and Anatomical Regions | Introduction | Peripheral Artery | Percutaneous | Radioactive Substance | No Qualifier"
* $icd10pcs#3E063HZ
* $icd10pcs#DF10BYZ "Radiation Therapy | Hepatobiliary System and Pancreas | Brachytherapy | Liver | Low Dose Rate (LDR) | Other Isotope | None"
* $loinc#81609-0 "NM Liver Views W SIR-spheres intraarterial hepatic injection"
* $loinc#81610-8

ValueSet: ProcedureCandidateArterialChemotherapy
Id: procedure-candidate.arterial-chemotherapy
Title: "Perfusion of the liver"
Description: "With an embolisation of the same day it is a TACE; alone it may be a HAIC."
* insert Published
* insert ChineseTitle([[肝局部灌注(组成部分)]])
* $icd9#50.93

ValueSet: ProcedureHalfEmbolisation
Id: procedure-half.embolisation
Title: "Occlusion of any vessel"
Description: "With chemotherapy of the same day it is a TACE, in the liver a candidate, else nothing."
* insert Published
* insert ChineseTitle([[任何血管的栓塞(组成部分)]])
* $icd9#39.79
* $icd10pcs#3E053TZ "Administration | Physiological Systems and Anatomical Regions | Introduction | Peripheral Artery | Percutaneous | Destructive Agent | No Qualifier"

ValueSet: ProcedureHalfArterialChemotherapy
Id: procedure-half.arterial-chemotherapy
Title: "Chemotherapy, by artery or vein, or its drug"
Description: "With an embolisation of the same day it is a TACE, with an arterial drug arterial chemotherapy, in the liver a candidate, else nothing."
* insert Published
* insert ChineseTitle([[化疗(未注明途径)]])
* $icd9#99.25
* $hcpcs#J9000 "Injection, doxorubicin hydrochloride, 10 mg"
* $hcpcs#J9060 "Injection, cisplatin, powder or solution, 10 mg"
* $hcpcs#J9178 "Injection, epirubicin hcl, 2 mg"
* $hcpcs#J9190 "Injection, fluorouracil, 500 mg"
* $hcpcs#J9263 "Injection, oxaliplatin, 0.5 mg"
* $sct#38216008
* $sct#6872008
