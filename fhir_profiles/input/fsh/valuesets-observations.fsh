// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: ObservationAfp
Id: observation.afp
Title: "Alpha-fetoprotein"
* insert Published
* insert ChineseTitle([[甲胎蛋白]])
* $loinc#1834-1 "Alpha-1-Fetoprotein [Mass/volume] in Serum or Plasma"
* $loinc#83073-7 "Alpha-1-Fetoprotein [Mass/volume] in Serum or Plasma by Immunoassay"
* $loinc#53961-9
* $loinc#19176-7 "Alpha-1-Fetoprotein [Units/volume] in Serum or Plasma"
* $loinc#83072-9 "Alpha-1-Fetoprotein [Units/volume] in Serum or Plasma by Immunoassay"
* $loinc#19177-5 "Alpha-1-Fetoprotein [Moles/volume] in Serum or Plasma"
* $ncit#C74732 "Alpha-fetoprotein Measurement"

ValueSet: ObservationAlbumin
Id: observation.albumin
Title: "Albumin"
* insert Published
* insert ChineseTitle([[白蛋白]])
* $loinc#1751-7 "Albumin [Mass/volume] in Serum or Plasma"
* $loinc#54347-0 "Albumin [Moles/volume] in Serum or Plasma"

ValueSet: ObservationAscites
Id: observation.ascites
Title: "Ascites"
* insert Published
* insert ChineseTitle([[腹水]])
* TaceObservation#ascites "Ascites (Child-Pugh part)"
* $ncit#C121069 "Child-Pugh - Ascites"

ValueSet: ObservationBclcStage
Id: observation.bclc-stage
Title: "BCLC stage"
* insert Published
* insert ChineseTitle([[BCLC分期]])
* $ncit#C115134 "BCLC Stage"

ValueSet: ObservationBilirubin
Id: observation.bilirubin
Title: "Total bilirubin"
* insert Published
* insert ChineseTitle([[总胆红素]])
* $loinc#14631-6 "Bilirubin.total [Moles/volume] in Serum or Plasma"
* $loinc#1975-2 "Bilirubin.total [Mass/volume] in Serum or Plasma"
* $loinc#42719-5 "Bilirubin.total [Mass/volume] in Blood"
* $loinc#59827-6 "Bilirubin.total [Mass/volume] in Arterial blood"
* $loinc#59828-4 "Bilirubin.total [Mass/volume] in Venous blood"

ValueSet: ObservationChildPugh
Id: observation.child-pugh
Title: "Child-Pugh"
* insert Published
* insert ChineseTitle([[Child-Pugh]])
* TaceObservation#child-pugh "Child-Pugh score or class"
* $ncit#C121074 "Child-Pugh - Total Score"
* $ncit#C121075 "Child-Pugh - Grade"
* $loinc#98153-0

ValueSet: ObservationCnlcStage
Id: observation.cnlc-stage
Title: "CNLC stage"
* insert Published
* insert ChineseTitle([[中国肝癌分期（CNLC）]])
* TaceObservation#cnlc-stage "CNLC stage"

ValueSet: ObservationCombinationIntolerance
Id: observation.combination-intolerance
Title: "Intolerance of combination"
* insert Published
* insert ChineseTitle([[不能耐受联合治疗]])
* TaceObservation#combination-intolerance "Cannot tolerate systemic combination therapy"

ValueSet: ObservationDiameter
Id: observation.diameter
Title: "Diameter, viable only if its text says so"
* insert Published
* insert ChineseTitle([[径线(文字注明存活者)]])
* $sct#103339001 "Long axis"
* $sct#81827009 "Diameter"
* $sct#439984002
* $ncit#C96684 "Longest Diameter"

ValueSet: ObservationDiffuseHepaticFistula
Id: observation.diffuse-hepatic-fistula
Title: "Diffuse hepatic fistula"
* insert Published
* insert ChineseTitle([[弥漫性肝动脉瘘]])
* TaceObservation#diffuse-hepatic-fistula "Diffuse hepatic artery to portal vein or hepatic vein fistula"

ValueSet: ObservationDiseaseTrend
Id: observation.disease-trend
Title: "Clinical trend of the disease"
Description: "A clinician's summary: shown, never a response by mRECIST."
* insert Published
* insert ChineseTitle([[病情趋势]])
* $loinc#97509-4

ValueSet: ObservationEcog
Id: observation.ecog
Title: "ECOG performance status"
* insert Published
* insert ChineseTitle([[ECOG体力状态]])
* $loinc#89247-1
* $sct#423740007
* $sct#273437007

ValueSet: ObservationEncephalopathy
Id: observation.encephalopathy
Title: "Encephalopathy"
* insert Published
* insert ChineseTitle([[肝性脑病]])
* TaceObservation#encephalopathy "Hepatic encephalopathy (Child-Pugh part)"
* $ncit#C121068 "Child-Pugh - Encephalopathy Grade"
* $ncit#C117747 "West Haven Hepatic Encephalopathy Grade"

ValueSet: ObservationExtrahepaticSpread
Id: observation.extrahepatic-spread
Title: "Extrahepatic spread"
* insert Published
* insert ChineseTitle([[肝外转移]])
* TaceObservation#extrahepatic-spread "Extrahepatic spread present"

ValueSet: ObservationHepaticArteryOcclusion
Id: observation.hepatic-artery-occlusion
Title: "Hepatic artery occlusion"
* insert Published
* insert ChineseTitle([[肝动脉闭塞]])
* TaceObservation#hepatic-artery-occlusion "Hepatic artery occlusion that prevents catheterisation"

ValueSet: ObservationHepatorenalSyndrome
Id: observation.hepatorenal-syndrome
Title: "Hepatorenal syndrome"
* insert Published
* insert ChineseTitle([[肝肾综合征]])
* TaceObservation#hepatorenal-syndrome "Hepatorenal syndrome"

ValueSet: ObservationImmunotherapyContraindication
Id: observation.immunotherapy-contraindication
Title: "Contraindication to immunotherapy"
* insert Published
* insert ChineseTitle([[免疫治疗禁忌]])
* TaceObservation#immunotherapy-contraindication "Contraindication to immune checkpoint inhibitors"

ValueSet: ObservationInr
Id: observation.inr
Title: "INR"
* insert Published
* insert ChineseTitle([[国际标准化比值]])
* $loinc#6301-6 "INR in Platelet poor plasma by Coagulation assay"
* $loinc#34714-6 "INR in Blood by Coagulation assay"

ValueSet: ObservationInvolvedVessel
Id: observation.involved-vessel
Title: "Involved vessel (component of vascular invasion)"
* insert Published
* insert ChineseTitle([[受侵血管（血管侵犯的组成项）]])
* TaceObservation#involved-vessel "Involved vessel"
* TaceObservation#pvtt-type "Portal vein tumour thrombus type"

ValueSet: ObservationKarnofsky
Id: observation.karnofsky
Title: "Karnofsky performance status"
Description: "Never converted to ECOG."
* insert Published
* insert ChineseTitle([[Karnofsky评分]])
* $loinc#89243-0

ValueSet: ObservationLargestDiameter
Id: observation.largest-diameter
Title: "Largest total diameter"
Description: "Total, not viable, diameter."
* insert Published
* insert ChineseTitle([[最大径(总径)]])
* $loinc#33728-7 "Size.maximum dimension in Tumor"

ValueSet: ObservationLesionCount
Id: observation.lesion-count
Title: "Number of lesions"
* insert Published
* insert ChineseTitle([[病灶数目]])
* TaceObservation#lesion-count "Number of intrahepatic lesions"
* $sct#246206008 "Number of lesions (observable entity)"

ValueSet: ObservationMetastasis
Id: observation.metastasis
Title: "Site of a distant metastasis"
Description: "The value says where; the liver is no spread outside the liver."
* insert Published
* insert ChineseTitle([[远处转移部位]])
* $sct#385421009

ValueSet: ComponentNewSinceComparator
Id: component.new-since-comparator
Title: "New since the comparator time point"
Description: "A component of a statement about a scan."
* insert Published
* insert ChineseTitle([[与对照时间点相比为新发]])
* TaceObservation#new-since-comparator "New since the comparator time point"

ValueSet: ObservationNewIntrahepaticLesion
Id: observation.new-intrahepatic-lesion
Title: "New intrahepatic lesion"
* insert Published
* insert ChineseTitle([[肝内新发病灶]])
* TaceObservation#new-intrahepatic-lesion "New intrahepatic lesion present"

ValueSet: ObservationNonTargetResponse
Id: observation.non-target-response
Title: "Response of the non-target lesions"
Description: "Shown, never used."
* insert Published
* insert ChineseTitle([[非靶病灶疗效]])
* TaceObservation#nontarget-response "Response of the non-target lesions"
* $ncit#C94535 "Response in Non-Target Lesion"

ValueSet: ObservationOverallResponse
Id: observation.overall-response
Title: "Overall response"
Description: "Shown, never used: a new lesion makes it PD."
* insert Published
* insert ChineseTitle([[总体疗效]])
* TaceObservation#overall-response "Overall response at this time point"
* $ncit#C96613 "Overall Response"
* $ncit#C94536 "Best Overall Response"
* $loinc#88040-1 "Response to cancer treatment"
* $loinc#21976-6
* $nhi#MREC "mRECIST criteria"
* $sct#396432002

ValueSet: ObservationPivkaIi
Id: observation.pivka-ii
Title: "PIVKA-II"
* insert Published
* insert ChineseTitle([[异常凝血酶原]])
* $loinc#93768-0 "Acarboxyprothrombin [Units/volume] in Serum or Plasma"
* $loinc#34444-0 "Acarboxyprothrombin [Mass/volume] in Serum or Plasma"
* $ncit#C150846 "Protein Induced by Vitamin K Absence-II Measurement"

ValueSet: ObservationRefractoryAscites
Id: observation.refractory-ascites
Title: "Refractory ascites"
* insert Published
* insert ChineseTitle([[难治性腹腔积液]])
* TaceObservation#refractory-ascites "Refractory ascites"

ValueSet: ObservationResidualViability
Id: observation.residual-viability
Title: "Residual viability"
* insert Published
* insert ChineseTitle([[残存活性]])
* TaceObservation#residual-viability "Residual viable proportion (%)"

ValueSet: ObservationSevereJaundice
Id: observation.severe-jaundice
Title: "Severe jaundice"
* insert Published
* insert ChineseTitle([[严重黄疸]])
* TaceObservation#severe-jaundice "Severe jaundice"

ValueSet: ObservationShortDiameter
Id: observation.short-diameter
Title: "Short diameter of a lesion"
Description: "Of two axes of one lesion the long one counts."
* insert Published
* insert ChineseTitle([[病灶短径]])
* $sct#103340004 "Short axis"
* $ncit#C96685 "Longest Perpendicular"
* $loinc#33729-5

ValueSet: ObservationSumViableDiameters
Id: observation.sum-viable-diameters
Title: "Sum of viable diameters"
* insert Published
* insert ChineseTitle([[存活径之和]])
* TaceObservation#sum-viable-diameters "Sum of viable diameters of all targets"
* $ncit#C96634 "Sum of Viable Diameters"

ValueSet: ObservationTargetResponse
Id: observation.target-response
Title: "Target response"
* insert Published
* insert ChineseTitle([[靶病灶疗效]])
* TaceObservation#target-response "Response of the intrahepatic target lesions"
* $ncit#C94534 "Response in Target Lesion"

ValueSet: ObservationTumourSize
Id: observation.tumour-size
Title: "Tumour size panel"
* insert Published
* insert ChineseTitle([[肿瘤大小(组合)]])
* $loinc#21889-1

ValueSet: ObservationVascularInvasion
Id: observation.vascular-invasion
Title: "Vascular invasion"
* insert Published
* insert ChineseTitle([[血管侵犯]])
* TaceObservation#vascular-invasion "Macrovascular invasion present"

ValueSet: ObservationViableDiameter
Id: observation.viable-diameter
Title: "Viable diameter"
* insert Published
* insert ChineseTitle([[存活径]])
* TaceObservation#viable-diameter "Longest viable (arterially enhancing) diameter"
* $ncit#C96646 "Viable Tumor Diameter"
