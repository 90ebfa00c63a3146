// What has no sufficient code elsewhere. Every concept has a Chinese designation.

CodeSystem: BclcStage
Id: bclc-stage
Title: "BCLC stages"
Description: "Stages of the Barcelona Clinic Liver Cancer system, for which no published codes were found."
* insert Published
* ^caseSensitive = true
* #0 "BCLC stage 0"
* insert Chinese(0, [[BCLC 0期]])
* #A "BCLC stage A"
* insert Chinese(A, [[BCLC A期]])
* #B "BCLC stage B"
* insert Chinese(B, [[BCLC B期]])
* #C "BCLC stage C"
* insert Chinese(C, [[BCLC C期]])
* #D "BCLC stage D"
* insert Chinese(D, [[BCLC D期]])

CodeSystem: ChildPughPart
Id: child-pugh-part
Title: "Child-Pugh parts and classes"
Description: "Values of the Child-Pugh parts that are not laboratory values, and the classes."
* insert Published
* ^caseSensitive = true
* #none "None (ascites, encephalopathy)"
* insert Chinese(none, [[无(腹水、肝性脑病)]])
* #mild "Mild, or controlled (ascites)"
* insert Chinese(mild, [[轻度或可控(腹水)]])
* #moderate-severe "Moderate to severe (ascites)"
* insert Chinese(moderate-severe, [[中重度(腹水)]])
* #grade-1-2 "Grade 1-2 (encephalopathy)"
* insert Chinese(grade-1-2, [[1~2级(肝性脑病)]])
* #grade-3-4 "Grade 3-4 (encephalopathy)"
* insert Chinese(grade-3-4, [[3~4级(肝性脑病)]])
* #A "Class A"
* insert Chinese(A, [[A级]])
* #B "Class B"
* insert Chinese(B, [[B级]])
* #C "Class C"
* insert Chinese(C, [[C级]])

CodeSystem: CnlcStage
Id: cnlc-stage
Title: "CNLC stages"
Description: "Stages of the China liver cancer staging system, for which no published codes were found."
* insert Published
* ^caseSensitive = true
* #Ia "CNLC stage Ia"
* insert Chinese(Ia, [[CNLC Ⅰa期]])
* #Ib "CNLC stage Ib"
* insert Chinese(Ib, [[CNLC Ⅰb期]])
* #IIa "CNLC stage IIa"
* insert Chinese(IIa, [[CNLC Ⅱa期]])
* #IIb "CNLC stage IIb"
* insert Chinese(IIb, [[CNLC Ⅱb期]])
* #IIIa "CNLC stage IIIa"
* insert Chinese(IIIa, [[CNLC Ⅲa期]])
* #IIIb "CNLC stage IIIb"
* insert Chinese(IIIb, [[CNLC Ⅲb期]])
* #IV "CNLC stage IV"
* insert Chinese(IV, [[CNLC Ⅳ期]])

CodeSystem: ContrastPhase
Id: contrast-phase
Title: "Contrast phase"
Description: "Phase of a contrast-enhanced study. mRECIST needs the arterial phase."
* insert Published
* ^caseSensitive = true
* #arterial "Late arterial"
* insert Chinese(arterial, [[动脉晚期]])
* #portal-venous "Portal venous"
* insert Chinese(portal-venous, [[门静脉期]])
* #delayed "Delayed or equilibrium"
* insert Chinese(delayed, [[延迟期或平衡期]])
* #hepatobiliary "Hepatobiliary"
* insert Chinese(hepatobiliary, [[肝胆期]])
* #unenhanced "Unenhanced"
* insert Chinese(unenhanced, [[平扫]])

CodeSystem: LesionRole
Id: lesion-role
Title: "Role of a lesion"
Description: "Role that the reader gave to a lesion."
* insert Published
* ^caseSensitive = true
* #target "Target lesion"
* insert Chinese(target, [[靶病灶]])
* #non-target "Non-target lesion"
* insert Chinese(non-target, [[非靶病灶]])
* #new "New lesion"
* insert Chinese(new, [[新发病灶]])

CodeSystem: LocoregionalProcedure
Id: locoregional-procedure
Title: "Liver-directed procedures"
Description: "Kinds of liver-directed treatment that the consensus tells apart."
* insert Published
* ^caseSensitive = true
* #tace "Transarterial chemoembolization (type not stated)"
* insert Chinese(tace, [[经动脉化疗栓塞(类型未注明)]])
* #ctace "Conventional (lipiodol) TACE"
* insert Chinese(ctace, [[常规TACE(碘油)]])
* #deb-tace "Drug-eluting bead TACE"
* insert Chinese(deb-tace, [[载药微球TACE]])
* #tace-haic "TACE and HAIC in one session" "Counts as one TACE session."
* insert Chinese(tace-haic, [[同次TACE联合HAIC]])
* #haic "Hepatic arterial infusion chemotherapy"
* insert Chinese(haic, [[肝动脉灌注化疗]])
* #tare "Transarterial radioembolization"
* insert Chinese(tare, [[经动脉放射性栓塞]])
* #tae "Bland transarterial embolization" "Never counted as a TACE session."
* insert Chinese(tae, [[单纯经动脉栓塞]])
* #tila-tace "Targeting intratumoral lactic acidosis TACE"
* insert Chinese(tila-tace, [[靶向肿瘤内乳酸阴离子和氢离子的TACE]])
* #ablation "Ablation of a liver lesion"
* insert Chinese(ablation, [[肝病灶消融]])
* #resection "Liver resection"
* insert Chinese(resection, [[肝切除]])
* #transplantation "Liver transplantation"
* insert Chinese(transplantation, [[肝移植]])
* #external-beam-radiotherapy "External beam radiotherapy of the liver"
* insert Chinese(external-beam-radiotherapy, [[肝脏外照射放疗]])
* #iodine-125 "Iodine-125 seed, strand or stent implantation"
* insert Chinese(iodine-125, [[碘-125粒子、粒子条或粒子支架植入]])
* #iodine-125-seeds "Iodine-125 seed implantation into tumour thrombus"
* insert Chinese(iodine-125-seeds, [[癌栓内碘-125粒子植入]])
* #iodine-125-strand "Iodine-125 seed strand implantation"
* insert Chinese(iodine-125-strand, [[碘-125粒子条植入]])
* #iodine-125-stent "Iodine-125 seed stent implantation"
* insert Chinese(iodine-125-stent, [[碘-125粒子支架植入]])
* #iodine-125-helical "Helical iodine-125 seed system implantation"
* insert Chinese(iodine-125-helical, [[碘-125粒子螺旋系统植入]])

CodeSystem: MrecistResponse
Id: mrecist-response
Title: "Response by mRECIST"
Description: "Response categories of target lesions."
* insert Published
* ^caseSensitive = true
* #CR "Complete response"
* insert Chinese(CR, [[完全缓解]])
* #PR "Partial response"
* insert Chinese(PR, [[部分缓解]])
* #SD "Stable disease"
* insert Chinese(SD, [[疾病稳定]])
* #PD "Progressive disease"
* insert Chinese(PD, [[疾病进展]])
* #NE "Not evaluable"
* insert Chinese(NE, [[不可评估]])

CodeSystem: OverrideReason
Id: override-reason
Title: "Reasons to override a card"
Description: "Reasons that the general list does not hold."
* insert Published
* ^caseSensitive = true
* #response-under-review "Response assessment is being reviewed"
* insert Chinese(response-under-review, [[疗效评估复核中]])
* #bridging-to-transplant "TACE as a bridge to transplantation"
* insert Chinese(bridging-to-transplant, [[移植前桥接TACE]])

CodeSystem: PvttCheng
Id: pvtt-cheng
Title: "Portal vein tumour thrombus, Cheng types"
Description: "Chinese (Cheng) types of portal vein tumour thrombus (I0 to IV)."
* insert Published
* ^caseSensitive = true
* #I0 "Microvascular only"
* insert Chinese(I0, [[仅微血管癌栓]])
* #I "Segmental branches or above"
* insert Chinese(I, [[癌栓累及二级及以上分支]])
* #II "Right or left portal vein"
* insert Chinese(II, [[癌栓累及门静脉左、右支]])
* #III "Main portal vein"
* insert Chinese(III, [[癌栓累及门静脉主干]])
* #IV "Superior mesenteric vein"
* insert Chinese(IV, [[癌栓累及肠系膜上静脉]])

CodeSystem: PvttVp
Id: pvtt-vp
Title: "Portal vein tumour thrombus, Vp types"
Description: "Japanese types of portal vein tumour thrombus (Vp0 to Vp4)."
* insert Published
* ^caseSensitive = true
* #vp0 "No portal vein tumour thrombus"
* insert Chinese(vp0, [[无门静脉癌栓]])
* #vp1 "Distal to the second-order portal branches"
* insert Chinese(vp1, [[癌栓位于门静脉二级分支以远]])
* #vp2 "Second-order portal branches"
* insert Chinese(vp2, [[门静脉二级分支癌栓]])
* #vp3 "First-order portal branch"
* insert Chinese(vp3, [[门静脉一级分支癌栓]])
* #vp4 "Main portal trunk and/or contralateral branch"
* insert Chinese(vp4, [[门静脉主干和/或对侧分支癌栓]])

CodeSystem: RefractorinessDefinition
Id: refractoriness-definition
Title: "Definitions of TACE refractoriness"
Description: "The four definitions that are judged side by side."
* insert Published
* ^caseSensitive = true
* #cci-2022 "CCI 2022"
* insert Chinese(cci-2022, [[CCI 2022]])
* #jsh-lcsgj-2014 "JSH-LCSGJ 2014"
* insert Chinese(jsh-lcsgj-2014, [[JSH-LCSGJ 2014]])
* #epoihcc "EPOIHCC"
* insert Chinese(epoihcc, [[EPOIHCC]])
* #european "European expert definition"
* insert Chinese(european, [[欧洲专家定义]])

CodeSystem: RefractorinessStatus
Id: refractoriness-status
Title: "Status of a definition"
Description: "Three-valued verdict."
* insert Published
* ^caseSensitive = true
* #met "Definition met: TACE refractory"
* insert Chinese(met, [[符合:TACE抵抗]])
* #not-met "Definition not met"
* insert Chinese(not-met, [[不符合]])
* #indeterminate "Cannot be said from the data"
* insert Chinese(indeterminate, [[现有数据无法判定]])

CodeSystem: ResponseCriteria
Id: response-criteria
Title: "Response criteria"
Description: "The criteria by which a reader judged the response. Only mRECIST is used for the definitions."
* insert Published
* ^caseSensitive = true
* #mrecist "mRECIST for HCC"
* insert Chinese(mrecist, [[mRECIST标准]])
* #recist-1-1 "RECIST 1.1"
* insert Chinese(recist-1-1, [[RECIST 1.1标准]])
* #easl "EASL criteria"
* insert Chinese(easl, [[EASL标准]])
* #recicl "RECICL"
* insert Chinese(recicl, [[RECICL标准]])
* #li-rads-trm "LI-RADS treatment response"
* insert Chinese(li-rads-trm, [[LI-RADS治疗反应]])
* #unstated "Criteria not stated"
* insert Chinese(unstated, [[标准未注明]])

CodeSystem: TaceObservation
Id: tace-observation
Title: "Observations of a TACE course"
Description: "What is observed in a patient under TACE and has no sufficient code elsewhere."
* insert Published
* ^caseSensitive = true
* #viable-diameter "Longest viable (arterially enhancing) diameter" "0 mm means that nothing enhances. Alias of NCIt C96646."
* insert Chinese(viable-diameter, [[存活(动脉期强化)肿瘤最长径]])
* #sum-viable-diameters "Sum of viable diameters of all targets" "Alias of NCIt C96634."
* insert Chinese(sum-viable-diameters, [[全部靶病灶存活径之和]])
* #residual-viability "Residual viable proportion (%)" "Of all initial lesions together, or of the one lesion in focus, against the scan before the first TACE. Lipiodol deposition is not necrosis."
* insert Chinese(residual-viability, [[残存活性比例(%)]])
* #new-intrahepatic-lesion "New intrahepatic lesion present"
* insert Chinese(new-intrahepatic-lesion, [[肝内新发病灶]])
* #new-since-comparator "New since the comparator time point"
* insert Chinese(new-since-comparator, [[与对照时间点相比为新发]])
* #vascular-invasion "Macrovascular invasion present"
* insert Chinese(vascular-invasion, [[大血管侵犯]])
* #involved-vessel "Involved vessel"
* insert Chinese(involved-vessel, [[受侵血管]])
* #hepatic-vein-invasion "Hepatic vein or inferior vena cava tumour thrombus"
* insert Chinese(hepatic-vein-invasion, [[肝静脉或下腔静脉癌栓]])
* #extrahepatic-spread "Extrahepatic spread present"
* insert Chinese(extrahepatic-spread, [[肝外转移]])
* #target-response "Response of the intrahepatic target lesions"
* insert Chinese(target-response, [[肝内靶病灶疗效]])
* #nontarget-response "Response of the non-target lesions"
* insert Chinese(nontarget-response, [[非靶病灶疗效]])
* #overall-response "Overall response at this time point" "Never an input of the CCI 2022 definition."
* insert Chinese(overall-response, [[该时间点总体疗效]])
* #change-from-baseline "Percent change from the baseline before the first TACE"
* insert Chinese(change-from-baseline, [[与首次TACE前相比变化百分比]])
* #change-from-nadir "Percent change from the smallest sum"
* insert Chinese(change-from-nadir, [[与最小值相比变化百分比]])
* #lesion-count "Number of intrahepatic lesions"
* insert Chinese(lesion-count, [[肝内病灶数目]])
* #contrast-used "Contrast used in study"
* insert Chinese(contrast-used, [[检查使用对比剂]])
* #ascites "Ascites (Child-Pugh part)"
* insert Chinese(ascites, [[腹水(Child-Pugh项目)]])
* #encephalopathy "Hepatic encephalopathy (Child-Pugh part)"
* insert Chinese(encephalopathy, [[肝性脑病(Child-Pugh项目)]])
* #child-pugh "Child-Pugh score or class"
* insert Chinese(child-pugh, [[Child-Pugh评分或分级]])
* #hepatic-artery-occlusion "Hepatic artery occlusion that prevents catheterisation"
* insert Chinese(hepatic-artery-occlusion, [[肝动脉闭塞导致无法插管]])
* #severe-jaundice "Severe jaundice"
* insert Chinese(severe-jaundice, [[严重黄疸]])
* #refractory-ascites "Refractory ascites"
* insert Chinese(refractory-ascites, [[难治性腹腔积液]])
* #hepatorenal-syndrome "Hepatorenal syndrome"
* insert Chinese(hepatorenal-syndrome, [[肝肾综合征]])
* #diffuse-hepatic-fistula "Diffuse hepatic artery to portal vein or hepatic vein fistula"
* insert Chinese(diffuse-hepatic-fistula, [[弥漫性肝动脉-门静脉瘘或肝动脉-肝静脉瘘]])
* #immunotherapy-contraindication "Contraindication to immune checkpoint inhibitors"
* insert Chinese(immunotherapy-contraindication, [[免疫检查点抑制剂禁忌]])
* #combination-intolerance "Cannot tolerate systemic combination therapy"
* insert Chinese(combination-intolerance, [[不能耐受系统联合治疗]])
* #cnlc-stage "CNLC stage"
* insert Chinese(cnlc-stage, [[中国肝癌分期(CNLC)]])
* #albi-score "ALBI score"
* insert Chinese(albi-score, [[ALBI评分]])
* #albi-grade "ALBI grade"
* insert Chinese(albi-grade, [[ALBI分级]])
* #six-and-twelve "Largest diameter (cm) plus number of lesions"
* insert Chinese(six-and-twelve, [[six-and-twelve评分(最大径cm+数目)]])
* #up-to-seven "Up-to-seven criterion"
* insert Chinese(up-to-seven, [[up-to-seven标准]])
* #pvtt-type "Portal vein tumour thrombus type"
* insert Chinese(pvtt-type, [[门静脉癌栓分型]])
* #session-number "Session number in the current TACE series"
* insert Chinese(session-number, [[本轮TACE次序]])
* #appears-after-session "Session number after which the lesion appeared"
* insert Chinese(appears-after-session, [[病灶出现于第几次TACE之后]])
* #technique-changed "Chemotherapy changed or feeding arteries re-analysed"
* insert Chinese(technique-changed, [[更换化疗药物或重新评估供血动脉]])
* #refractoriness "TACE refractoriness determination"
* insert Chinese(refractoriness, [[TACE抵抗判定]])

CodeSystem: TreatedLesionScope
Id: treated-lesion-scope
Title: "What a local therapy was aimed at"
Description: "Decides whether a local therapy interrupts consecutive TACE."
* insert Published
* ^caseSensitive = true
* #target "Target lesion"
* insert Chinese(target, [[靶病灶]])
* #other-lesion "Another intrahepatic lesion"
* insert Chinese(other-lesion, [[其他肝内病灶]])
* #vascular-or-extrahepatic "Vascular invasion or extrahepatic spread"
* insert Chinese(vascular-or-extrahepatic, [[血管侵犯或肝外转移]])
CodeSystem: ComparatorKind
Id: comparator-kind
Title: "What a response is compared with"
Description: "The time point against which a response was determined."
* insert Published
* ^caseSensitive = true
* #baseline "The scan before the first TACE"
* insert Chinese(baseline, [[首次TACE前基线]])
* #nadir "The smallest sum so far"
* insert Chinese(nadir, [[最小值]])
* #previous "The scan before"
* insert Chinese(previous, [[上一次检查]])
