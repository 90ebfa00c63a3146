// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: ResponseMethodMrecist
Id: response-method.mrecist
Title: "mRECIST"
* insert Published
* insert ChineseTitle([[mRECIST]])
* ResponseCriteria#mrecist "mRECIST for HCC"
* $ncit#C126032 "Modified RECIST Lencioni Liver Cancer 2010 Oncology Response"

ValueSet: ResponseMethodOther
Id: response-method.other
Title: "Other response criteria"
Description: "Never a target response by mRECIST."
* insert Published
* insert ChineseTitle([[其他疗效标准]])
* ResponseCriteria#recist-1-1 "RECIST 1.1"
* ResponseCriteria#easl "EASL criteria"
* ResponseCriteria#recicl "RECICL"
* ResponseCriteria#li-rads-trm "LI-RADS treatment response"
* ResponseCriteria#unstated "Criteria not stated"
* $ncit#C124415 "Response Evaluation Criteria in Solid Tumors Version 1.1 [RECIST 1.1]"
* $ncit#C126004 "EASL Bruix Liver Cancer 2001 Oncology Response Criteria"
* $ncit#C136711 "Immune-Modified Response Evaluation Criteria in Solid Tumors [iRECIST]"
* $dcm#126081 "RECIST 1.1"

ValueSet: ResponseCr
Id: response.CR
Title: "Response CR"
* insert Published
* insert ChineseTitle([[完全缓解]])
* MrecistResponse#CR "Complete response"

ValueSet: ResponseNe
Id: response.NE
Title: "Response NE"
* insert Published
* insert ChineseTitle([[不可评估]])
* MrecistResponse#NE "Not evaluable"

ValueSet: ResponsePd
Id: response.PD
Title: "Response PD"
* insert Published
* insert ChineseTitle([[疾病进展]])
* MrecistResponse#PD "Progressive disease"

ValueSet: ResponsePr
Id: response.PR
Title: "Response PR"
* insert Published
* insert ChineseTitle([[部分缓解]])
* MrecistResponse#PR "Partial response"

ValueSet: ResponseScopeNonTarget
Id: response-scope.non-target
Title: "Response codes that name the non-target lesions"
Description: "Never a response of the target lesions."
* insert Published
* insert ChineseTitle([[非靶病灶疗效编码]])
* $dcm#112045 "Non-Target Lesion Complete Response"
* $dcm#112046 "Non-Target Lesion Incomplete Response or Stable Disease"
* $dcm#112047 "Non-Target Lesion Progressive Disease"
* $ncit#C96700 "Non Complete Response/Non Progressive Disease"

ValueSet: ResponseScopeTarget
Id: response-scope.target
Title: "Response codes that name the target lesions"
* insert Published
* insert ChineseTitle([[靶病灶疗效编码]])
* $dcm#112041 "Target Lesion Complete Response"
* $dcm#112042 "Target Lesion Partial Response"
* $dcm#112043 "Target Lesion Progressive Disease"
* $dcm#112044 "Target Lesion Stable Disease"

ValueSet: ResponseSd
Id: response.SD
Title: "Response SD"
* insert Published
* insert ChineseTitle([[疾病稳定]])
* MrecistResponse#SD "Stable disease"
