// What a card's suggestions create, and the reasons to go against a card.

Alias: $proposal = https://tace-cds.github.io/fhir/CodeSystem/proposal
Alias: $override = https://tace-cds.github.io/fhir/CodeSystem/override-reason
Alias: $nonadherence = http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes
Alias: $observationCategory = http://terminology.hl7.org/CodeSystem/observation-category

CodeSystem: Proposal
Id: proposal
Title: "What decision support proposes"
Description: "What resources proposed by a card are, where no general terminology has a code."
* insert Published
* ^caseSensitive = true
* #cds-proposed "Proposed by decision support" "Tag of a resource that a card's suggestion created."
* insert Chinese(cds-proposed, [[决策支持提出]])
* #mdt-review "Multidisciplinary tumour board review"
* insert Chinese(mdt-review, [[多学科（MDT）讨论]])
* #systemic-therapy "Systemic therapy of hepatocellular carcinoma"
* insert Chinese(systemic-therapy, [[肝细胞癌系统治疗]])
* #targeted-therapy "Targeted therapy of hepatocellular carcinoma"
* insert Chinese(targeted-therapy, [[肝细胞癌靶向治疗]])
* #immunotherapy "Immune checkpoint inhibitor therapy of hepatocellular carcinoma"
* insert Chinese(immunotherapy, [[肝细胞癌免疫检查点抑制剂治疗]])
* #used "Used by the evaluation" "Input of a Task: a resource that the evaluation rests on."
* insert Chinese(used, [[评估所依据的数据]])
* #evaluation "Evaluation" "Input of a Task: under which id the evaluation can be read again."
* insert Chinese(evaluation, [[评估]])

ValueSet: ProposalCdsProposed
Id: proposal.cds-proposed
Title: "Proposed by decision support"
* insert Published
* insert ChineseTitle([[决策支持提出]])
* $proposal#cds-proposed "Proposed by decision support"

ValueSet: ProposalMdtReview
Id: proposal.mdt-review
Title: "Multidisciplinary tumour board review"
* insert Published
* insert ChineseTitle([[多学科（MDT）讨论]])
* $proposal#mdt-review "Multidisciplinary tumour board review"

ValueSet: ProposalSystemicTherapy
Id: proposal.systemic-therapy
Title: "Systemic therapy of hepatocellular carcinoma"
* insert Published
* insert ChineseTitle([[肝细胞癌系统治疗]])
* $proposal#systemic-therapy "Systemic therapy of hepatocellular carcinoma"

ValueSet: ProposalTargetedTherapy
Id: proposal.targeted-therapy
Title: "Targeted therapy of hepatocellular carcinoma"
* insert Published
* insert ChineseTitle([[肝细胞癌靶向治疗]])
* $proposal#targeted-therapy "Targeted therapy of hepatocellular carcinoma"

ValueSet: ProposalImmunotherapy
Id: proposal.immunotherapy
Title: "Immune checkpoint inhibitor therapy of hepatocellular carcinoma"
* insert Published
* insert ChineseTitle([[肝细胞癌免疫检查点抑制剂治疗]])
* $proposal#immunotherapy "Immune checkpoint inhibitor therapy of hepatocellular carcinoma"

ValueSet: ProposalUsed
Id: proposal.used
Title: "Used by the evaluation"
* insert Published
* insert ChineseTitle([[评估所依据的数据]])
* $proposal#used "Used by the evaluation"

ValueSet: ProposalEvaluation
Id: proposal.evaluation
Title: "Evaluation"
* insert Published
* insert ChineseTitle([[评估]])
* $proposal#evaluation "Evaluation"

ValueSet: ServiceCategoryImaging
Id: service-category.imaging
Title: "Imaging service"
* insert Published
* insert ChineseTitle([[影像检查]])
* $observationCategory#imaging "Imaging"

ValueSet: ServiceCategoryLaboratory
Id: service-category.laboratory
Title: "Laboratory service"
* insert Published
* insert ChineseTitle([[检验]])
* $observationCategory#laboratory "Laboratory"

ValueSet: ServiceCategoryProcedure
Id: service-category.procedure
Title: "Procedure service"
* insert Published
* insert ChineseTitle([[操作]])
* $observationCategory#procedure "Procedure"

ValueSet: OverrideReasonOffered
Id: override-reason
Title: "Reasons offered to override a card"
* insert Published
* insert ChineseTitle([[可选的不采纳理由]])
* $nonadherence#patient-contraindication "Patient has a contraindication"
* $nonadherence#patient-contraindication ^designation[0].language = #zh-CN
* $nonadherence#patient-contraindication ^designation[0].value = "患者存在禁忌"
* $nonadherence#patient-refuses "Patient refuses"
* $nonadherence#patient-refuses ^designation[0].language = #zh-CN
* $nonadherence#patient-refuses ^designation[0].value = "患者拒绝"
* $nonadherence#need-more-info "More information is needed"
* $nonadherence#need-more-info ^designation[0].language = #zh-CN
* $nonadherence#need-more-info ^designation[0].value = "需要更多信息"
* $nonadherence#expert-contradicts "Expert opinion contradicts (tumour board decided otherwise)"
* $nonadherence#expert-contradicts ^designation[0].language = #zh-CN
* $nonadherence#expert-contradicts ^designation[0].value = "专家意见不同（MDT另有决定）"
* $nonadherence#policy-contradicts "Local policy contradicts"
* $nonadherence#policy-contradicts ^designation[0].language = #zh-CN
* $nonadherence#policy-contradicts ^designation[0].value = "与本院规定不符"
* $nonadherence#action-completed "Action already completed"
* $nonadherence#action-completed ^designation[0].language = #zh-CN
* $nonadherence#action-completed ^designation[0].value = "已完成"
* $nonadherence#service-not-available "Service not available"
* $nonadherence#service-not-available ^designation[0].language = #zh-CN
* $nonadherence#service-not-available ^designation[0].value = "本院无此项目"
* $nonadherence#too-costly-uncovered "Too costly or not covered"
* $nonadherence#too-costly-uncovered ^designation[0].language = #zh-CN
* $nonadherence#too-costly-uncovered ^designation[0].value = "费用过高或不在医保范围"
* $nonadherence#patient-ineligible "Patient is not eligible"
* $nonadherence#patient-ineligible ^designation[0].language = #zh-CN
* $nonadherence#patient-ineligible ^designation[0].value = "患者不适用"
* $override#response-under-review "Response assessment is being reviewed"
* $override#response-under-review ^designation[0].language = #zh-CN
* $override#response-under-review ^designation[0].value = "疗效评估复核中"
* $override#bridging-to-transplant "TACE as a bridge to transplantation"
* $override#bridging-to-transplant ^designation[0].language = #zh-CN
* $override#bridging-to-transplant ^designation[0].value = "移植前桥接TACE"
