// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: IntentCurative
Id: intent.curative
Title: "Curative intent"
* insert Published
* insert ChineseTitle([[根治性目的]])
* $sct#373808002 "Curative - procedure intent (qualifier value)"
* $mii-intention#K "kurativ"

ValueSet: IntentPalliative
Id: intent.palliative
Title: "Palliative intent"
* insert Published
* insert ChineseTitle([[姑息性目的]])
* $sct#363676003 "Palliative - procedure intent (qualifier value)"
* $mii-intention#P "palliativ"

ValueSet: ProcedureAblation
Id: procedure.ablation
Title: "Ablation"
Description: "CPT: numbers only, no descriptors."
* insert Published
* insert ChineseTitle([[消融]])
* LocoregionalProcedure#ablation "Ablation of a liver lesion"
* $sct#5415002
* $sct#1255425001
* $sct#1256090000
* $sct#1258864009
* $sct#433876005
* $loinc#87071-7 "Guidance for radiofrequency ablation of Liver"
* $loinc#87070-9 "Guidance for microwave ablation of Liver"
* $loinc#87050-1 "Guidance for cryoablation of Liver"
* $loinc#44101-4 "CT Guidance for ablation of tissue of Liver"
* $icd10pcs#0F503ZZ "Medical and Surgical | Hepatobiliary System and Pancreas | Destruction | Liver | Percutaneous | No Device | No Qualifier"
* $icd10pcs#0F513ZZ "Medical and Surgical | Hepatobiliary System and Pancreas | Destruction | Liver, Right Lobe | Percutaneous | No Device | No Qualifier"
* $icd10pcs#0F523ZZ "Medical and Surgical | Hepatobiliary System and Pancreas | Destruction | Liver, Left Lobe | Percutaneous | No Device | No Qualifier"
* $icd10pcs#0F500ZZ
* $icd10pcs#0F504ZZ
* $icd10pcs#0F510ZZ
* $icd10pcs#0F514ZZ
* $icd10pcs#0F520ZZ
* $icd10pcs#0F524ZZ
* $icd9#50.23
* $icd9#50.24
* $icd9#50.25
* $icd9#50.26
* $cpt#47370
* $cpt#47380
* $cpt#47382
* $cpt#47383

ValueSet: ProcedureArterialChemotherapy
Id: procedure.arterial-chemotherapy
Title: "Intra-arterial chemotherapy component"
Description: "Only together with an embolization of the same day. CPT: numbers only, no descriptors."
* insert Published
* insert ChineseTitle([[动脉内化疗(组成部分)]])
* $icd10pcs#3E06305 "Administration | Physiological Systems and Anatomical Regions | Introduction | Central Artery | Percutaneous | Antineoplastic | Other Antineoplastic"
* $icd10pcs#3E05305 "Administration | Physiological Systems and Anatomical Regions | Introduction | Peripheral Artery | Percutaneous | Antineoplastic | Other Antineoplastic"
* $cpt#96420
* $cpt#96422
* $cpt#96423
* $cpt#96425
* $ops#8-541.6
* $sct#87776000

ValueSet: ProcedureCtace
Id: procedure.ctace
Title: "Conventional TACE"
* insert Published
* insert ChineseTitle([[常规TACE]])
* LocoregionalProcedure#ctace "Conventional (lipiodol) TACE"

ValueSet: ProcedureDebTace
Id: procedure.deb-tace
Title: "Drug-eluting bead TACE"
* insert Published
* insert ChineseTitle([[载药微球TACE]])
* LocoregionalProcedure#deb-tace "Drug-eluting bead TACE"

ValueSet: ProcedureEmbolisation
Id: procedure.embolisation
Title: "Embolization that may be a TACE"
Description: "Too general to count as a session: a candidate, unless its text says chemoembolisation or arterial chemotherapy is recorded for the same day."
* insert Published
* insert ChineseTitle([[可能为TACE的栓塞]])
* $sct#314617008
* $sct#16736007 "Transcatheter therapy for embolization (procedure)"
* $sct#57238002 "Selective embolization of artery (procedure)"
* $loinc#24554-8 "Artery Fluoroscopic angiogram Embolization W contrast IA"
* $loinc#87311-7 "Guidance for embolization for tumor, ischemia or infarction of Vessel"
* $icd10pcs#04L33DZ "Medical and Surgical | Lower Arteries | Occlusion | Hepatic Artery | Percutaneous | Intraluminal Device | No Qualifier"
* $icd10pcs#04L33ZZ "Medical and Surgical | Lower Arteries | Occlusion | Hepatic Artery | Percutaneous | No Device | No Qualifier"
* $icd10pcs#04L33CZ "Medical and Surgical | Lower Arteries | Occlusion | Hepatic Artery | Percutaneous | Extraluminal Device | No Qualifier"
* $cpt#37243
* $ops#8-836.ka

ValueSet: ProcedureExcluded
Id: procedure.excluded
Title: "Never a TACE session"
Description: "Portal vein embolization and radioembolization work-up."
* insert Published
* insert ChineseTitle([[不属于TACE]])
* $loinc#88933-7 "Guidance for embolization of Portal vein-- W embolic agent IV"
* $loinc#88936-0 "Guidance for injection of Hepatic artery-- W Tc-99m MAA IA"
* $icd10pcs#06L83DZ "Medical and Surgical | Lower Veins | Occlusion | Portal Vein | Percutaneous | Intraluminal Device | No Qualifier"
* $icd10pcs#06L83CZ
* $icd10pcs#06L83ZZ

ValueSet: ProcedureExternalBeamRadiotherapy
Id: procedure.external-beam-radiotherapy
Title: "External beam radiotherapy"
* insert Published
* insert ChineseTitle([[外照射放疗]])
* LocoregionalProcedure#external-beam-radiotherapy "External beam radiotherapy of the liver"

ValueSet: ProcedureHaic
Id: procedure.haic
Title: "HAIC"
* insert Published
* insert ChineseTitle([[肝动脉灌注化疗]])
* LocoregionalProcedure#haic "Hepatic arterial infusion chemotherapy"
* $sct#720379009

ValueSet: ProcedureIodine125
Id: procedure.iodine-125
Title: "Iodine-125 implantation"
* insert Published
* insert ChineseTitle([[碘-125植入]])
* LocoregionalProcedure#iodine-125 "Iodine-125 seed, strand or stent implantation"
* LocoregionalProcedure#iodine-125-seeds "Iodine-125 seed implantation into tumour thrombus"
* LocoregionalProcedure#iodine-125-strand "Iodine-125 seed strand implantation"
* LocoregionalProcedure#iodine-125-stent "Iodine-125 seed stent implantation"
* LocoregionalProcedure#iodine-125-helical "Helical iodine-125 seed system implantation"
* $icd10pcs#DF10B9Z "Radiation Therapy | Hepatobiliary System and Pancreas | Brachytherapy | Liver | Low Dose Rate (LDR) | Iodine 125 (I-125) | None"
* $icd10pcs#DF1099Z "Radiation Therapy | Hepatobiliary System and Pancreas | Brachytherapy | Liver | High Dose Rate (HDR) | Iodine 125 (I-125) | None"

ValueSet: ProcedureResection
Id: procedure.resection
Title: "Liver resection"
* insert Published
* insert ChineseTitle([[肝切除]])
* LocoregionalProcedure#resection "Liver resection"

ValueSet: ProcedureTaceHaic
Id: procedure.tace-haic
Title: "TACE and HAIC in one session"
* insert Published
* insert ChineseTitle([[同次TACE联合HAIC]])
* LocoregionalProcedure#tace-haic "TACE and HAIC in one session"

ValueSet: ProcedureTace
Id: procedure.tace
Title: "TACE, type not stated"
* insert Published
* insert ChineseTitle([[TACE(类型未注明)]])
* LocoregionalProcedure#tace "Transarterial chemoembolization (type not stated)"
* $loinc#88935-2 "Guidance for chemoembolization of Hepatic artery-- W chemotherapy IA+W embolic agent IA"

ValueSet: ProcedureTae
Id: procedure.tae
Title: "Bland embolization"
* insert Published
* insert ChineseTitle([[单纯栓塞]])
* LocoregionalProcedure#tae "Bland transarterial embolization"
* $loinc#88931-1 "Guidance for embolization for tumor of Hepatic artery-- W embolic agent IA"

ValueSet: ProcedureTare
Id: procedure.tare
Title: "Radioembolization"
* insert Published
* insert ChineseTitle([[放射性栓塞]])
* LocoregionalProcedure#tare "Transarterial radioembolization"
* $sct#764677008
* $loinc#88939-4 "Guidance for radioembolization for tumor of Hepatic artery-- W Yttrium-90 IA"
* $hcpcs#S2095 "Transcatheter occlusion or embolization for tumor destruction, percutaneous, any method, using yttrium-90 microspheres"

ValueSet: ProcedureTilaTace
Id: procedure.tila-tace
Title: "TILA-TACE"
* insert Published
* insert ChineseTitle([[TILA-TACE]])
* LocoregionalProcedure#tila-tace "Targeting intratumoral lactic acidosis TACE"

ValueSet: ProcedureTransplantation
Id: procedure.transplantation
Title: "Liver transplantation"
* insert Published
* insert ChineseTitle([[肝移植]])
* LocoregionalProcedure#transplantation "Liver transplantation"
* $sct#18027006 "Transplantation of liver (procedure)"
