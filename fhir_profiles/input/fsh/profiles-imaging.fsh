// What is seen on a scan of the liver.

RuleSet: OfPatient
* status MS
* subject 1..1
* subject only Reference(Patient)

RuleSet: SeenOnScan
* insert OfPatient
* obeys tace-study-stated
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains imaging 1..1
* category[imaging] = $category#imaging
* effective[x] 1..1 MS
* effective[x] only dateTime
* derivedFrom MS

RuleSet: Components
* component ^slicing.discriminator.type = #pattern
* component ^slicing.discriminator.path = "code"
* component ^slicing.rules = #open

// A length in mm or cm, as a rule for the quantity at the path.
RuleSet: Length(path)
* {path} only Quantity
* {path} MS
* {path} from LengthUnitVS (required)
* {path}.value 1..1
* {path}.comparator 0..0
* {path}.system 1..1
* {path}.system = $ucum
* {path}.code 1..1

Profile: HccLesion
Parent: BodyStructure
Id: hcc-lesion
Title: "Lesion in the liver"
Description: "One lesion, followed over the scans. The identifier is its label, e.g. L1; a DICOM tracking identifier or UID may stand beside it. Whether it is a target is derived, not stored; the role says how a reader saw it."
* insert Published
* insert ChineseTitle([[肝内病灶]])
* identifier 1..* MS
* identifier.value 1..1
* location 1..1 MS
* location from LiverSegment (extensible)
* patient MS
* extension contains
    RoleOfLesion named role 0..1 MS and
    LesionFirstDetected named firstDetected 0..1 MS and
    LesionSupersedes named supersedes 0..* MS

Profile: ViableDiameter
Parent: Observation
Id: viable-diameter
Title: "Longest viable diameter of a lesion"
Description: "The longest diameter of what enhances in the arterial phase, of one lesion on one scan. 0 mm: nothing enhances. Not measured: dataAbsentReason. Never a total diameter."
* insert Published
* insert ChineseTitle([[病灶存活肿瘤最长径]])
* insert SeenOnScan
* obeys tace-value-or-reason and tace-plausible-diameter and tace-focus-is-lesion
* code = TaceObservation#viable-diameter
* focus 1..1 MS
* focus only Reference(HccLesion)
* insert Length(value[x])
* dataAbsentReason MS
* component 0..0

Profile: HccTumorSize
Parent: Observation
Id: hcc-tumor-size
Title: "Size of a lesion"
Description: "All sizes of one lesion on one scan as components. With the longest dimension and a focus it is a valid mCODE TumorSize as well."
* insert Published
* insert ChineseTitle([[病灶大小]])
* insert SeenOnScan
* insert Components
* obeys tace-some-size and tace-focus-is-lesion
* code = $loinc#21889-1
* focus 1..1 MS
* focus only Reference(HccLesion)
* value[x] 0..0
* component 1..* MS
* component contains longest 0..1 and other 0..2 and viable 0..1 and residualViability 0..1
* component[longest].code = $loinc#33728-7
* insert Length(component[longest].value[x])
* component[other].code = $loinc#33729-5
* insert Length(component[other].value[x])
* component[viable].code = TaceObservation#viable-diameter
* insert Length(component[viable].value[x])
* component[residualViability].code = TaceObservation#residual-viability
* component[residualViability].value[x] only Quantity
* component[residualViability].valueQuantity = $ucum#%

Profile: ResidualViability
Parent: Observation
Id: residual-viability
Title: "Residual viable proportion"
Description: "How much of the initial lesions together, or of the one lesion in focus, is still viable, against the scan before the first TACE. Deposition of lipiodol is not necrosis."
* insert Published
* insert ChineseTitle([[残存活性比例]])
* insert SeenOnScan
* obeys tace-value-or-reason and tace-percentage
* code = TaceObservation#residual-viability
* value[x] only Quantity
* value[x] MS
* valueQuantity = $ucum#%
* valueQuantity.comparator 0..0

RuleSet: YesOrNo(code)
* insert SeenOnScan
* obeys tace-value-or-reason
* code = TaceObservation#{code}
* value[x] only boolean
* value[x] MS
* extension contains
    AssessedProcedure named assessedProcedure 0..1 and
    ResponseComparator named comparator 0..1

Profile: NewIntrahepaticLesion
Parent: Observation
Id: new-intrahepatic-lesion
Title: "New intrahepatic lesion"
Description: "Whether a scan shows a lesion in the liver that was not there before. Absent is not no."
* insert Published
* insert ChineseTitle([[肝内新发病灶]])
* insert YesOrNo(new-intrahepatic-lesion)
* focus only Reference(HccLesion)

Profile: VascularInvasion
Parent: Observation
Id: vascular-invasion
Title: "Macrovascular invasion"
Description: "Whether a scan shows tumour thrombus in a portal vein, a hepatic vein or the vena cava. Absent is not no; bland thrombus is not invasion."
* insert Published
* insert ChineseTitle([[大血管侵犯]])
* insert YesOrNo(vascular-invasion)
* insert Components
* obeys tace-vessel-only-if-invaded
* component contains vessel 0..* MS and isNew 0..1
* component[vessel].code = TaceObservation#involved-vessel
* component[vessel].value[x] only CodeableConcept
* component[vessel].value[x] from InvolvedVesselVS (extensible)
* component[isNew].code = TaceObservation#new-since-comparator
* component[isNew].value[x] only boolean

Profile: ExtrahepaticSpread
Parent: Observation
Id: extrahepatic-spread
Title: "Extrahepatic spread"
Description: "Whether there is spread outside the liver. Absent is not no."
* insert Published
* insert ChineseTitle([[肝外转移]])
* insert YesOrNo(extrahepatic-spread)
* focus only Reference(Condition or BodyStructure)

Profile: MrecistTargetResponse
Parent: Observation
Id: mrecist-response
Title: "Response of the target lesions"
Description: "What a reader says of the intrahepatic target lesions alone. New lesions, invasion and spread have observations of their own; the overall response is a component and decides nothing."
* insert Published
* insert ChineseTitle([[靶病灶疗效]])
* insert SeenOnScan
* insert Components
* obeys tace-value-or-reason
* code = TaceObservation#target-response
* value[x] only CodeableConcept
* value[x] MS
* value[x] from MrecistResponseVS (required)
* method 1..1 MS
* method from ResponseCriteriaVS (extensible)
* extension contains
    AssessedProcedure named assessedProcedure 0..1 and
    ResponseComparator named comparator 0..1 MS
* component contains overall 0..1 and nonTarget 0..1 and sum 0..1 and fromBaseline 0..1 and fromNadir 0..1
* component[overall].code = TaceObservation#overall-response
* component[overall].value[x] only CodeableConcept
* component[overall].value[x] from MrecistResponseVS (required)
* component[nonTarget].code = TaceObservation#nontarget-response
* component[nonTarget].value[x] only CodeableConcept
* component[nonTarget].value[x] from MrecistResponseVS (required)
* component[sum].code = TaceObservation#sum-viable-diameters
* insert Length(component[sum].value[x])
* component[fromBaseline].code = TaceObservation#change-from-baseline
* component[fromBaseline].value[x] only Quantity
* component[fromBaseline].valueQuantity = $ucum#%
* component[fromNadir].code = TaceObservation#change-from-nadir
* component[fromNadir].value[x] only Quantity
* component[fromNadir].valueQuantity = $ucum#%

Profile: LiverImagingStudy
Parent: ImagingStudy
Id: liver-imaging-study
Title: "Scan of the liver"
Description: "A CT or MR study. Whether contrast was used is said by imaging-contrast or by a code that says so; silence is not no."
* insert Published
* insert ChineseTitle([[肝脏影像检查]])
* obeys tace-other-imaging
* subject only Reference(Patient)
* started 1..1 MS
* modality 1..* MS
* modality from ImagingModalityVS (extensible)
* procedureCode MS
* procedureReference only Reference(Procedure)
* procedureReference MS
* extension contains ImagingContrast named contrast 0..1 MS

Profile: LiverImagingReport
Parent: DiagnosticReport
Id: liver-imaging-report
Title: "Report of a scan of the liver"
Description: "Its observations are its result. Its text decides nothing."
* insert Published
* insert ChineseTitle([[肝脏影像报告]])
* insert OfPatient
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains radiology 1..1
* category[radiology] = $diagnostic#RAD
* effective[x] 1..1 MS
* imagingStudy only Reference(ImagingStudy)
* imagingStudy MS
* result MS
