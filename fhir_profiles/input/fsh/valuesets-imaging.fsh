// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: ImagingCt
Id: imaging.ct
Title: "CT, contrast not stated"
* insert Published
* insert ChineseTitle([[CT(未注明增强)]])
* $loinc#24814-6 "CT Liver"
* $loinc#41806-1 "CT Abdomen"
* $loinc#44115-4 "CT Abdomen and Pelvis"

ValueSet: ImagingEnhancedCt
Id: imaging.enhanced-ct
Title: "Contrast-enhanced CT that shows the liver"
* insert Published
* insert ChineseTitle([[增强CT]])
* $loinc#24815-3 "CT Liver W contrast IV"
* $loinc#30612-6 "CT Liver WO and W contrast IV"
* $loinc#79103-8 "CT Abdomen W contrast IV"
* $loinc#36267-3 "CT Abdomen WO and W contrast IV"
* $loinc#36813-4 "CT Abdomen and Pelvis W contrast IV"
* $loinc#42274-1 "CT Abdomen and Pelvis WO and W contrast IV"
* $loinc#72254-6 "CT Chest and Abdomen and Pelvis W contrast IV"
* $loinc#72252-0 "CT Chest and Abdomen and Pelvis WO and W contrast IV"
* $loinc#42277-4 "CT Chest and Abdomen WO and W contrast IV"
* $loinc#42275-8 "CT Chest and Abdomen W contrast IV"
* $cpt#74177
* $cpt#74178
* $icd10pcs#BF25Y0Z "Imaging | Hepatobiliary System and Pancreas | Computerized Tomography (CT Scan) | Liver | Other Contrast | Unenhanced and Enhanced | None"

ValueSet: ImagingEnhancedMr
Id: imaging.enhanced-mr
Title: "Contrast-enhanced MR that shows the liver"
* insert Published
* insert ChineseTitle([[增强MRI]])
* $loinc#36231-9 "MR Liver W contrast IV"
* $loinc#30670-4 "MR Liver WO and W contrast IV"
* $loinc#36134-5 "MR Abdomen W contrast IV"
* $loinc#24557-1 "MR Abdomen WO and W contrast IV"
* $icd10pcs#BF35Y0Z "Imaging | Hepatobiliary System and Pancreas | Magnetic Resonance Imaging (MRI) | Liver | Other Contrast | Unenhanced and Enhanced | None"

ValueSet: ImagingMr
Id: imaging.mr
Title: "MR, contrast not stated"
* insert Published
* insert ChineseTitle([[MRI(未注明增强)]])
* $loinc#36046-1 "MR Liver"
* $loinc#24556-3 "MR Abdomen"

ValueSet: ImagingPlainCt
Id: imaging.plain-ct
Title: "Unenhanced CT"
* insert Published
* insert ChineseTitle([[平扫CT]])
* $loinc#30611-8 "CT Liver WO contrast"
* $loinc#36424-0 "CT Abdomen WO contrast"
* $loinc#36952-0 "CT Abdomen and Pelvis WO contrast"
* $loinc#42276-6 "CT Chest and Abdomen WO contrast"
* $icd10pcs#BF25ZZZ

ValueSet: ImagingPlainMr
Id: imaging.plain-mr
Title: "Unenhanced MR"
* insert Published
* insert ChineseTitle([[平扫MRI]])
* $loinc#30669-6 "MR Liver WO contrast"
* $loinc#30668-8 "MR Abdomen WO contrast"
* $icd10pcs#BF35ZZZ

ValueSet: LiverSegment
Id: liver-segment
Title: "Liver segments"
* insert Published
* insert ChineseTitle([[肝段]])
* $sct#71133005 "Structure of caudate lobe of liver (body structure)"
* $sct#277956007 "Couinaud hepatic segment II (body structure)"
* $sct#277957003 "Couinaud hepatic segment III (body structure)"
* $sct#277958008 "Couinaud hepatic segment IV (body structure)"
* $sct#871688003
* $sct#871689006
* $sct#277959000 "Couinaud hepatic segment V (body structure)"
* $sct#277960005 "Couinaud hepatic segment VI (body structure)"
* $sct#277961009 "Couinaud hepatic segment VII (body structure)"
* $sct#277962002 "Couinaud hepatic segment VIII (body structure)"

ValueSet: ModalityCt
Id: modality.CT
Title: "CT"
* insert Published
* insert ChineseTitle([[CT]])
* $dcm#CT "Computed Tomography"
* $sct#77477000 "Computerized axial tomography (procedure)"

ValueSet: ModalityMr
Id: modality.MR
Title: "MR"
* insert Published
* insert ChineseTitle([[MR]])
* $dcm#MR "Magnetic Resonance"
* $sct#113091000 "Magnetic resonance imaging (procedure)"

ValueSet: ModalityOther
Id: modality.other
Title: "Other modality"
* insert Published
* insert ChineseTitle([[其他检查方法]])
* $dcm#XA "X-Ray Angiography"
* $dcm#US "Ultrasound"
* $dcm#PT "Positron emission tomography"

ValueSet: ObservationCategoryImaging
Id: observation-category.imaging
Title: "Observation category imaging"
* insert Published
* insert ChineseTitle([[影像类观察]])
* $category#imaging

ValueSet: ReportCategoryImaging
Id: report-category.imaging
Title: "Imaging report"
* insert Published
* insert ChineseTitle([[影像报告]])
* $diagnostic#RAD "Radiology"
* $loinc#LP29684-5
* $category#imaging

ValueSet: Segment1
Id: segment.1
Title: "Liver segment 1"
* insert Published
* insert ChineseTitle([[肝1段]])
* $sct#71133005

ValueSet: Segment2
Id: segment.2
Title: "Liver segment 2"
* insert Published
* insert ChineseTitle([[肝2段]])
* $sct#277956007

ValueSet: Segment3
Id: segment.3
Title: "Liver segment 3"
* insert Published
* insert ChineseTitle([[肝3段]])
* $sct#277957003

ValueSet: Segment4
Id: segment.4
Title: "Liver segment 4"
* insert Published
* insert ChineseTitle([[肝4段]])
* $sct#277958008
* $sct#871688003
* $sct#871689006

ValueSet: Segment5
Id: segment.5
Title: "Liver segment 5"
* insert Published
* insert ChineseTitle([[肝5段]])
* $sct#277959000

ValueSet: Segment6
Id: segment.6
Title: "Liver segment 6"
* insert Published
* insert ChineseTitle([[肝6段]])
* $sct#277960005

ValueSet: Segment7
Id: segment.7
Title: "Liver segment 7"
* insert Published
* insert ChineseTitle([[肝7段]])
* $sct#277961009

ValueSet: Segment8
Id: segment.8
Title: "Liver segment 8"
* insert Published
* insert ChineseTitle([[肝8段]])
* $sct#277962002

ValueSet: SiteHepatic
Id: site.hepatic
Title: "Liver and hepatic artery"
* insert Published
* insert ChineseTitle([[肝及肝动脉]])
* $sct#10200004 "Liver structure (body structure)"
* $sct#76015000 "Hepatic artery (body structure)"
* $sct#18112008 "Structure of hepatic artery proper (body structure)"
* $sct#66559000 "Structure of common hepatic artery (body structure)"
* $sct#69421009 "Structure of right branch of hepatic artery (body structure)"
* $sct#21807003 "Structure of left branch of hepatic artery (body structure)"

ValueSet: LesionSiteOutsideLiver
Id: lesion-site.outside-liver
Title: "Sites of a lesion that is not in the liver"
* insert Published
* insert ChineseTitle([[肝外病灶部位]])
* $sct#39607008 "Lung structure (body structure)"
* $sct#59441001 "Structure of lymph node (body structure)"
* $sct#272673000 "Bone structure (body structure)"
* $sct#23451007 "Adrenal structure (body structure)"
* $sct#15425007 "Peritoneum (serous membrane) structure (body structure)"
* $sct#12738006 "Brain structure (body structure)"

ValueSet: ThrombusExtentNone
Id: thrombus-extent.none
Title: "No macroscopic tumour thrombus"
* insert Published
* insert ChineseTitle([[无肉眼癌栓]])
* PvttVp#vp0 "No portal vein tumour thrombus"

ValueSet: TrackingLabel
Id: tracking.label
Title: "Identifier type: tracking label of a lesion"
* insert Published
* insert ChineseTitle([[病灶追踪标签]])
* $dcm#112039 "Tracking Identifier"
* $dcm#121151 "Lesion Identifier"

ValueSet: TrackingUid
Id: tracking.uid
Title: "Identifier type: tracking UID of a lesion"
* insert Published
* insert ChineseTitle([[病灶追踪唯一标识]])
* $dcm#112040 "Tracking Unique Identifier"

ValueSet: VesselHepaticVein
Id: vessel.hepatic-vein
Title: "Hepatic vein or inferior vena cava"
* insert Published
* insert ChineseTitle([[肝静脉或下腔静脉]])
* $sct#8993003 "Structure of hepatic vein (body structure)"
* TaceObservation#hepatic-vein-invasion "Hepatic vein or inferior vena cava tumour thrombus"

ValueSet: VesselPortalBranch
Id: vessel.portal-branch
Title: "Branch of the portal vein"
* insert Published
* insert ChineseTitle([[门静脉分支]])
* $sct#70253006 "Structure of left main branch of portal vein (body structure)"
* $sct#73931004 "Structure of right main branch of portal vein (body structure)"
* PvttVp#vp1 "Distal to the second-order portal branches"
* PvttVp#vp2 "Second-order portal branches"
* PvttVp#vp3 "First-order portal branch"
* PvttCheng#I "Segmental branches or above"
* PvttCheng#II "Right or left portal vein"

ValueSet: VesselPortalTrunk
Id: vessel.portal-trunk
Title: "Main trunk of the portal vein"
* insert Published
* insert ChineseTitle([[门静脉主干]])
* $sct#74680004 "Structure of trunk of portal vein (body structure)"
* PvttVp#vp4 "Main portal trunk and/or contralateral branch"
* PvttCheng#III "Main portal vein"

ValueSet: VesselPortalVein
Id: vessel.portal-vein
Title: "Portal vein, trunk or branch not said"
Description: "A thrombus that reaches the superior mesenteric vein is neither of the two sites of which the consensus speaks."
* insert Published
* insert ChineseTitle([[门静脉（未说明主干或分支）]])
* $sct#32764006 "Portal vein structure (body structure)"
* PvttCheng#IV "Superior mesenteric vein"

ValueSet: ViabilityEnhancing
Id: viability.enhancing
Title: "Says that what is measured enhances"
* insert Published
* insert ChineseTitle([[强化（存活）病灶]])
* $ncit#C113842 "Enhancing Lesion"

ValueSet: ViabilityNonEnhancing
Id: viability.non-enhancing
Title: "Says that what is measured does not enhance"
* insert Published
* insert ChineseTitle([[无强化病灶]])
* $ncit#C81175 "Non-Enhancing Lesion"
