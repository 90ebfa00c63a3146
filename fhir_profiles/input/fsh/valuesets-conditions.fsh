// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: ConditionStatusActive
Id: condition-status.active
Title: "Active condition"
* insert Published
* insert ChineseTitle([[活动状态]])
* $clinical#active
* $clinical#recurrence
* $clinical#relapse

ValueSet: ConditionVerificationRejected
Id: condition-verification.rejected
Title: "Condition that is not there"
* insert Published
* insert ChineseTitle([[已排除的诊断]])
* $verification#entered-in-error
* $verification#refuted

ValueSet: ConditionAscites
Id: condition.ascites
Title: "Ascites"
* insert Published
* insert ChineseTitle([[腹水]])
* $sct#389026000 "Ascites (disorder)"
* $icd10cm#R18.8 "Other ascites"

ValueSet: ConditionEncephalopathy
Id: condition.encephalopathy
Title: "Hepatic encephalopathy"
* insert Published
* insert ChineseTitle([[肝性脑病]])
* $sct#13920009 "Hepatic encephalopathy (disorder)"
* $icd10cm#K76.82 "Hepatic encephalopathy"

ValueSet: ConditionExtrahepaticSpread
Id: condition.extrahepatic-spread
Title: "Metastasis outside the liver"
* insert Published
* insert ChineseTitle([[肝外转移]])
* $sct#94391008 "Secondary malignant neoplasm of lung (disorder)"
* $sct#94222008 "Secondary malignant neoplasm of bone (disorder)"
* $sct#94225005 "Secondary malignant neoplasm of brain (disorder)"
* $sct#94161006 "Secondary malignant neoplasm of adrenal gland (disorder)"
* $sct#94627008 "Secondary malignant neoplasm of peritoneum (disorder)"
* $sct#94392001 "Secondary malignant neoplasm of lymph node (disorder)"
* $sct#94347008 "Secondary malignant neoplasm of intra-abdominal lymph nodes (disorder)"
* $sct#94351005 "Secondary malignant neoplasm of intrathoracic lymph nodes (disorder)"
* $sct#236005001 "Malignant ascites (disorder)"
* $icd10cm#R18.0 "Malignant ascites"
* $icd10cm#C78.00 "Secondary malignant neoplasm of unspecified lung"
* $icd10cm#C77.0
* $icd10cm#C77.1
* $icd10cm#C77.2
* $icd10cm#C77.3
* $icd10cm#C77.4
* $icd10cm#C77.5
* $icd10cm#C77.8
* $icd10cm#C77.9
* $icd10cm#C78.01
* $icd10cm#C78.02
* $icd10cm#C78.1
* $icd10cm#C78.2
* $icd10cm#C78.6
* $icd10cm#C79.31
* $icd10cm#C79.51
* $icd10cm#C79.52
* $icd10cm#C79.70
* $icd10cm#C79.71
* $icd10cm#C79.72
* $icd10#C77.0
* $icd10#C77.1
* $icd10#C77.2
* $icd10#C77.3
* $icd10#C77.4
* $icd10#C77.5
* $icd10#C77.8
* $icd10#C77.9
* $icd10#C78.0
* $icd10#C78.1
* $icd10#C78.2
* $icd10#C78.3
* $icd10#C78.4
* $icd10#C78.5
* $icd10#C78.6
* $icd10#C78.8
* $icd10#C79.0
* $icd10#C79.1
* $icd10#C79.2
* $icd10#C79.3
* $icd10#C79.4
* $icd10#C79.5
* $icd10#C79.6
* $icd10#C79.7
* $icd10#C79.8
* $icd10#C79.9

ValueSet: ConditionHcc
Id: condition.hcc
Title: "Hepatocellular carcinoma"
* insert Published
* insert ChineseTitle([[肝细胞癌]])
* $sct#109841003 "Liver cell carcinoma (disorder)"
* $sct#1186630006
* $sct#1197204009
* $sct#1186612004
* $icd10#C22.0
* $icd10cm#C22.0 "Liver cell carcinoma"
* $icdo3#8170/3 "Hepatocellular carcinoma, NOS"
* $ncit#C3099 "Hepatocellular Carcinoma"

ValueSet: ConditionHepatorenalSyndrome
Id: condition.hepatorenal-syndrome
Title: "Hepatorenal syndrome"
* insert Published
* insert ChineseTitle([[肝肾综合征]])
* $sct#51292008 "Hepatorenal syndrome (disorder)"
* $icd10cm#K76.7 "Hepatorenal syndrome"

ValueSet: ConditionPortalVeinThrombosis
Id: condition.portal-vein-thrombosis
Title: "Portal vein thrombosis, invasion only if its text says tumour thrombus"
* insert Published
* insert ChineseTitle([[门静脉血栓(注明癌栓者为血管侵犯)]])
* $sct#17920008 "Portal vein thrombosis (disorder)"
* $icd10cm#I81 "Portal vein thrombosis"

ValueSet: ConditionHepaticVeinThrombosis
Id: condition.hepatic-vein-thrombosis
Title: "Hepatic vein thrombosis, invasion only if its text says tumour thrombus"
* insert Published
* insert ChineseTitle([[肝静脉血栓(注明癌栓者为血管侵犯)]])
* $sct#38739001 "Hepatic vein thrombosis (disorder)"

ValueSet: ConditionExcluded
Id: condition.excluded
Title: "Diagnoses that are no hepatocellular carcinoma and no spread of it"
Description: "Another coding of the same diagnosis does not make it one."
* insert Published
* insert ChineseTitle([[非肝细胞癌或其转移的诊断]])
* $icd10cm#Z85.05 "Personal history of malignant neoplasm of liver"
* $sct#94381002 "Secondary malignant neoplasm of liver (disorder)"
* $sct#274902006

ValueSet: ConditionMetastaticAnywhere
Id: condition-metastatic.anywhere
Title: "Cancer that has spread, the code does not say where"
Description: "Spread outside the liver only when its text names a site there; else a candidate."
* insert Published
* insert ChineseTitle([[转移性癌(部位未注明)]])
* $sct#1186612004
* $sct#315000005

ValueSet: ConditionVascularInvasion
Id: condition.vascular-invasion
Title: "Tumour thrombus of a large vein"
Description: "No published code was found that says tumour thrombus."
* insert Published
* insert ChineseTitle([[大血管癌栓]])
* TaceObservation#vascular-invasion "Macrovascular invasion present"
* TaceObservation#hepatic-vein-invasion "Hepatic vein or inferior vena cava tumour thrombus"
