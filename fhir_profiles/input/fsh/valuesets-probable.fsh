// Codes that are only probably right, each from one source. Alone they make a candidate with a note;
// they decide when the resource's own text says the same, or when a site names them in a ValueSet
// with the url of the set without -probable. The Chinese tables do not say which edition they are.

ValueSet: ProcedureProbableTace
Id: procedure-probable.tace
Title: "TACE, probably"
Description: "Of an artery that the code does not name."
* insert Published
* insert ChineseTitle([[TACE(待确认)]])
* $operations#99.2501 "动脉化疗栓塞"
* $sct#441525007

ValueSet: ProcedureProbableEmbolisation
Id: procedure-probable.embolisation
Title: "Embolisation, probably of the hepatic artery"
* insert Published
* insert ChineseTitle([[肝动脉栓塞(待确认)]])
* $operations#39.7903 "经导管肝动脉栓塞术"
* $operations#39.7900x054 "经皮肝固有动脉栓塞术"
* $operations#39.7900x049 "动脉NBCA生物胶栓塞术"
* $operations#99.2500x017 "化学物质栓塞"
* $ops#8-836.ma

ValueSet: ProcedureProbableArterialChemotherapy
Id: procedure-probable.arterial-chemotherapy
Title: "Intra-arterial chemotherapy, probably"
* insert Published
* insert ChineseTitle([[动脉内化疗(待确认)]])
* $operations#99.2502 "动脉注射化疗药物"
* $operations#99.2505 "化疗药物灌注"
* $operations#50.9300 "肝局部灌注"

ValueSet: ProcedureProbableTare
Id: procedure-probable.tare
Title: "Radioembolisation, probably"
* insert Published
* insert ChineseTitle([[放射性栓塞(待确认)]])
* $operations#92.2800 "放射性核素注射或滴入"
* $cpt#79445

ValueSet: ProcedureProbableAblation
Id: procedure-probable.ablation
Title: "Ablation, probably"
* insert Published
* insert ChineseTitle([[消融(待确认)]])
* $operations#50.2301 "肝病损微波消融术"
* $operations#50.2302 "肝病损射频消融术"
* $operations#50.2400 "肝病损或组织的经皮消融术"
* $operations#50.2400x003 "经皮肝病损冷冻消融术"
* $operations#50.2401 "CT引导下肝病损射频消融术"
* $operations#50.2402 "CT引导下肝病损微波消融术"
* $operations#50.2403 "超声引导下肝病损微波消融术"
* $operations#50.2404 "超声引导下肝病损射频消融术"
* $operations#50.2501 "腹腔镜下肝病损微波消融术"
* $operations#50.2502 "腹腔镜下肝病损射频消融术"
* $operations#50.2600 "肝病损或组织的其他和未特指消融术"
* $operations#50.2901 "肝病损氩氦刀治疗术"
* $operations#50.2903 "肝病损酒精固化治疗术"
* $operations#50.9401 "肝内无水酒精注射术"
* $sct#708625004

ValueSet: ProcedureProbableIodine125
Id: procedure-probable.iodine-125
Title: "Iodine-125 implantation, probably"
* insert Published
* insert ChineseTitle([[碘-125粒子植入(待确认)]])
* $operations#92.2700x002 "放射性粒子置入放射治疗"
* $operations#92.2701 "血管内近距离放射治疗"
* $operations#92.2001 "碘-125放射性同位素近距离治疗"

ValueSet: ProcedureProbableExternalBeamRadiotherapy
Id: procedure-probable.external-beam-radiotherapy
Title: "External beam radiotherapy, probably of the liver"
* insert Published
* insert ChineseTitle([[肝脏外照射放疗(待确认)]])
* $operations#92.2400x004 "体部立体定向放射治疗[SBRT]"

ValueSet: ProcedureProbableExcluded
Id: procedure-probable.excluded
Title: "Something else, probably"
Description: "Alone it is nothing; it makes a candidate of what a text calls a TACE."
* insert Published
* insert ChineseTitle([[其他操作(待确认)]])
* $operations#38.8605 "肝动脉结扎术"
* $operations#50.9400 "肝注射其他治疗性物质"
* $operations#39.7900x074 "经皮门静脉栓塞术"
* $operations#39.7900x625 "经皮肝动脉-门静脉瘘栓塞术"

ValueSet: DrugProbableCisplatin
Id: drug-probable.cisplatin
Title: "Cisplatin, probably"
* insert Published
* insert ChineseTitle([[顺铂(待确认)]])
* $ncit#C376 "cisplatin"

ValueSet: DrugProbableFluorouracil
Id: drug-probable.fluorouracil
Title: "Fluorouracil, probably"
* insert Published
* insert ChineseTitle([[氟尿嘧啶(待确认)]])
* $ncit#C505 "fluorouracil"

ValueSet: DrugProbableFolinate
Id: drug-probable.folinate
Title: "Folinate, probably"
* insert Published
* insert ChineseTitle([[亚叶酸(待确认)]])
* $rxnorm#6313 "leucovorin"

ValueSet: HccAntineoplasticProbable
Id: hcc-antineoplastic-probable
Title: "Antineoplastic drugs of HCC, probably"
* insert Published
* insert ChineseTitle([[肝癌抗肿瘤药物(待确认)]])
* $ncit#C95124 "lenvatinib"
* $ncit#C105611 "donafenib"
* $ncit#C78204 "regorafenib"
* $ncit#C52200 "cabozantinib"
* $ncit#C106250 "atezolizumab"
* $ncit#C2039 "bevacizumab"
* $ncit#C121775 "tislelizumab"
* $rxnorm#2669406 "toripalimab"
* $ncit#C106432 "pembrolizumab"
* $ncit#C68814 "nivolumab"
* $ncit#C103194 "durvalumab"
* $ncit#C49085 "tremelimumab"
* $ncit#C2654 "ipilimumab"
* $ncit#C70792 "ramucirumab"
* $ncit#C1181 "oxaliplatin"
* $ncit#C1414 "raltitrexed"
* $ncit#C456 "doxorubicin"
* $ncit#C62028 "epirubicin"
* $rxnorm#632 "mitomycin"
* $rxnorm#4488 "floxuridine"
* $sct#395814003

ValueSet: ConditionProbableHcc
Id: condition-probable.hcc
Title: "Hepatocellular carcinoma, probably"
* insert Published
* insert ChineseTitle([[肝细胞癌(待确认)]])
* $diagnoses#C22.000 "肝细胞癌"
* $diagnoses#C22.900 "肝恶性肿瘤"
* $icd10#C22.9
* $icd10cm#C22.8 "Malignant neoplasm of liver, primary, unspecified as to type"
* $icd10cm#C22.9 "Malignant neoplasm of liver, not specified as primary or secondary"
* $sct#187769009 "Primary carcinoma of liver (disorder)"
* $sct#93870000 "Malignant neoplasm of liver (disorder)"
* $sct#25370001

ValueSet: ConditionProbableAscites
Id: condition-probable.ascites
Title: "Ascites, probably"
* insert Published
* insert ChineseTitle([[腹水(待确认)]])
* $diagnoses#R18.x00 "腹水"
* $sct#236004002

ValueSet: ConditionProbableEncephalopathy
Id: condition-probable.encephalopathy
Title: "Hepatic encephalopathy, probably"
* insert Published
* insert ChineseTitle([[肝性脑病(待确认)]])
* $diagnoses#K72.900x003+G94.3* "肝性脑病"
* $diagnoses#K72.900x003 "肝性脑病"
* $diagnoses#G94.3* "肝性脑病"
* $icd10cm#K72.90 "Hepatic failure, unspecified without coma"
* $icd10cm#K72.91 "Hepatic failure, unspecified with coma"

ValueSet: ConditionProbableHepatorenalSyndrome
Id: condition-probable.hepatorenal-syndrome
Title: "Hepatorenal syndrome, probably"
* insert Published
* insert ChineseTitle([[肝肾综合征(待确认)]])
* $diagnoses#K76.700 "肝肾综合征"

ValueSet: ConditionProbablePortalVeinThrombosis
Id: condition-probable.portal-vein-thrombosis
Title: "Portal vein thrombosis, probably"
Description: "Bland or tumour: invasion only when it is called a tumour thrombus."
* insert Published
* insert ChineseTitle([[门静脉血栓(待确认)]])
* $diagnoses#I81.x00 "门静脉血栓形成"

ValueSet: ConditionProbableHepaticArteryOcclusion
Id: condition-probable.hepatic-artery-occlusion
Title: "Occlusion of the hepatic artery, probably"
Description: "A candidate whatever its text says: that it prevents catheterisation is an Observation."
* insert Published
* insert ChineseTitle([[肝动脉闭塞(待确认)]])
* $diagnoses#I74.800x016 "肝动脉闭塞"
* $diagnoses#I74.803 "肝动脉栓塞"
* $diagnoses#I74.804 "肝动脉血栓形成"
* $sct#83940008
* $sct#195343000

ValueSet: ConditionProbableHepaticFistula
Id: condition-probable.hepatic-fistula
Title: "Fistula of the hepatic artery, probably"
Description: "A candidate whatever its text says: that it is diffuse is an Observation."
* insert Published
* insert ChineseTitle([[肝动脉瘘(待确认)]])
* $diagnoses#I77.000x017 "肝动静脉瘘"
* $diagnoses#Q26.600 "门静脉-肝动脉瘘"

ValueSet: ConditionProbableHepaticVeinThrombosis
Id: condition-probable.hepatic-vein-thrombosis
Title: "Hepatic vein thrombosis, probably"
Description: "Bland or tumour: invasion only when it is called a tumour thrombus."
* insert Published
* insert ChineseTitle([[肝静脉血栓(待确认)]])
* $diagnoses#I82.001 "肝静脉血栓形成"

ValueSet: ConditionProbableVascularInvasion
Id: condition-probable.vascular-invasion
Title: "Tumour thrombus of a large vein, probably"
* insert Published
* insert ChineseTitle([[大血管癌栓(待确认)]])
* $diagnoses#K76.600x006 "门静脉瘤栓"
* $diagnoses#I82.201 "腔静脉瘤栓"

ValueSet: ConditionProbableExtrahepaticSpread
Id: condition-probable.extrahepatic-spread
Title: "Metastasis outside the liver, probably"
* insert Published
* insert ChineseTitle([[肝外转移(待确认)]])
* $diagnoses#C77.203 "肝淋巴结继发恶性肿瘤"
* $diagnoses#C78.600x004 "腹膜继发恶性肿瘤"
* $diagnoses#C79.700 "肾上腺继发性恶性肿瘤"
* $diagnoses#C79.300x002 "脑继发恶性肿瘤"

ValueSet: ObservationProbableAlbumin
Id: observation-probable.albumin
Title: "Albumin, probably"
Description: "By the dye that is bound."
* insert Published
* insert ChineseTitle([[白蛋白(待确认)]])
* $loinc#61151-7
* $loinc#61152-5

ValueSet: ObservationProbableInr
Id: observation-probable.inr
Title: "INR, probably"
* insert Published
* insert ChineseTitle([[国际标准化比值(待确认)]])
* $loinc#38875-1
* $loinc#46418-0

ValueSet: ObservationProbableEcog
Id: observation-probable.ecog
Title: "ECOG performance status, probably"
* insert Published
* insert ChineseTitle([[ECOG体力状态(待确认)]])
* $loinc#89262-0

ValueSet: ObservationProbableChildPugh
Id: observation-probable.child-pugh
Title: "Child-Pugh, probably"
* insert Published
* insert ChineseTitle([[Child-Pugh(待确认)]])
* $sct#3191000175106

ValueSet: ObservationProbableOverallResponse
Id: observation-probable.overall-response
Title: "Overall response by RECIST 1.1, probably"
Description: "Shown, never used."
* insert Published
* insert ChineseTitle([[RECIST 1.1总体疗效(待确认)]])
* $nhi#REC1

ValueSet: ImagingProbableEnhancedCt
Id: imaging-probable.enhanced-ct
Title: "Contrast-enhanced CT, probably"
Description: "CPT: numbers only, no descriptors."
* insert Published
* insert ChineseTitle([[增强CT(待确认)]])
* $cpt#74160
* $radlex#RPID5

ValueSet: ImagingProbableEnhancedMr
Id: imaging-probable.enhanced-mr
Title: "Contrast-enhanced MR, probably"
Description: "CPT: numbers only, no descriptors."
* insert Published
* insert ChineseTitle([[增强MRI(待确认)]])
* $cpt#74183
ValueSet: ObservationProbableMetastasisCategory
Id: tnm-category.metastasis
Title: "Distant metastasis category (TNM M), probably"
Description: "Clinical, of pathology, or other."
* insert Published
* insert ChineseTitle([[远处转移分期(TNM M，待确认)]])
* $loinc#21907-1
* $loinc#21901-4
* $loinc#21913-9
* $sct#277208005
* $sct#399387003
* $sct#371497001

ValueSet: MetastasisCategoryProbablePresent
Id: tnm-value.metastasis
Title: "Distant metastasis present (TNM M1), probably"
* insert Published
* insert ChineseTitle([[存在远处转移(TNM M1，待确认)]])
* $sct#1229903009
* $sct#1229916009
