// Invented patients. a: three sessions of TACE, and the targets grow: refractory.

RuleSet: Synthetic
* meta.tag = http://terminology.hl7.org/CodeSystem/v3-ActReason#HTEST

Instance: a-patient
InstanceOf: Patient
Usage: #example
Title: "a: an invented patient"
* insert Synthetic
* gender = #male
* birthDate = "1961"

Instance: a-condition
InstanceOf: HccCondition
Usage: #example
Title: "a: the carcinoma"
* insert Synthetic
* subject = Reference(a-patient)
* clinicalStatus = $clinical#active
* verificationStatus = $verification#confirmed
* code = $sct#109841003
* code.coding[+] = $icd10#C22.0
* code.text = "肝细胞癌"
* recordedDate = "2025-01-02"

RuleSet: LesionOfA(label)
* insert Synthetic
* patient = Reference(a-patient)
* identifier.value = "{label}"
* extension[role].valueCode = #target
* extension[firstDetected].valueDate = "2025-01-06"

Instance: a-lesion-1
InstanceOf: HccLesion
Usage: #example
Title: "a: lesion 1 in segment VIII"
* insert LesionOfA(L1)
* identifier.type = $dcm#112039 "Tracking Identifier"
* location = $sct#277962002

Instance: a-lesion-2
InstanceOf: HccLesion
Usage: #example
Title: "a: lesion 2 in segment V"
* insert LesionOfA(L2)
* location = $sct#277959000

RuleSet: TaceOfA(date)
* insert Synthetic
* status = #completed
* subject = Reference(a-patient)
* code = LocoregionalProcedure#ctace "Conventional (lipiodol) TACE"
* performedDateTime = "{date}"
* reasonReference = Reference(a-condition)
* extension[standardized].valueBoolean = true
* extension[targetLesion][+].valueReference = Reference(a-lesion-1)
* extension[targetLesion][+].valueReference = Reference(a-lesion-2)
* insert Intent(363676003)

// Of mCODE, which this guide does not depend on; it comes after the three extensions above.
RuleSet: Intent(code)
* extension[3].url = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
* extension[3].valueCodeableConcept = $sct#{code}

Instance: a-tace-1
InstanceOf: TaceProcedure
Usage: #example
Title: "a: first TACE"
* insert TaceOfA(2025-01-13)

Instance: a-tace-2
InstanceOf: TaceProcedure
Usage: #example
Title: "a: second TACE"
* insert TaceOfA(2025-03-03)

Instance: a-tace-3
InstanceOf: TaceProcedure
Usage: #example
Title: "a: third TACE"
* insert TaceOfA(2025-04-21)

RuleSet: MriOfA(date, number)
* insert Synthetic
* status = #available
* subject = Reference(a-patient)
* started = "{date}T09:30:00+08:00"
* modality = $dcm#MR
* identifier.system = "urn:dicom:uid"
* identifier.value = "urn:oid:2.25.90010{number}"
* extension[contrast].extension[enhanced].valueBoolean = true
* extension[contrast].extension[phase][+].valueCode = #arterial
* extension[contrast].extension[phase][+].valueCode = #portal-venous
* extension[contrast].extension[arterialPhaseAdequate].valueBoolean = true

Instance: a-mri-1
InstanceOf: LiverImagingStudy
Usage: #example
Title: "a: MRI before the first TACE"
* insert MriOfA(2025-01-06, 1)

Instance: a-mri-2
InstanceOf: LiverImagingStudy
Usage: #example
Title: "a: MRI after the first TACE"
* insert MriOfA(2025-02-24, 2)

Instance: a-mri-3
InstanceOf: LiverImagingStudy
Usage: #example
Title: "a: MRI after the second TACE"
* insert MriOfA(2025-04-14, 3)

Instance: a-mri-4
InstanceOf: LiverImagingStudy
Usage: #example
Title: "a: MRI 42 days after the third TACE"
* insert MriOfA(2025-06-02, 4)

RuleSet: ReadOnA(study, date)
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* effectiveDateTime = "{date}"
* derivedFrom = Reference({study})

RuleSet: DiameterOfA(lesion, study, date, mm)
* insert ReadOnA({study}, {date})
* focus = Reference({lesion})
* valueQuantity = {mm} 'mm' "mm"
* method = $sct#113091000

Instance: a-diameter-1-1
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 1 before the first TACE"
* insert DiameterOfA(a-lesion-1, a-mri-1, 2025-01-06, 38)

Instance: a-diameter-2-1
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 2 before the first TACE"
* insert DiameterOfA(a-lesion-2, a-mri-1, 2025-01-06, 32)

Instance: a-diameter-1-2
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 1 after the first TACE"
* insert DiameterOfA(a-lesion-1, a-mri-2, 2025-02-24, 37)

Instance: a-diameter-2-2
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 2 after the first TACE"
* insert DiameterOfA(a-lesion-2, a-mri-2, 2025-02-24, 32)

Instance: a-diameter-1-3
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 1 after the second TACE"
* insert DiameterOfA(a-lesion-1, a-mri-3, 2025-04-14, 40)

Instance: a-diameter-2-3
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 2 after the second TACE"
* insert DiameterOfA(a-lesion-2, a-mri-3, 2025-04-14, 34)

Instance: a-diameter-1-4
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 1 after the third TACE"
* insert DiameterOfA(a-lesion-1, a-mri-4, 2025-06-02, 55)

Instance: a-diameter-2-4
InstanceOf: ViableDiameter
Usage: #example
Title: "a: lesion 2 after the third TACE"
* insert DiameterOfA(a-lesion-2, a-mri-4, 2025-06-02, 46)

Instance: a-new-lesion
InstanceOf: NewIntrahepaticLesion
Usage: #example
Title: "a: no new lesion after the third TACE"
* insert ReadOnA(a-mri-4, 2025-06-02)
* valueBoolean = false

Instance: a-vascular-invasion
InstanceOf: VascularInvasion
Usage: #example
Title: "a: no vascular invasion after the third TACE"
* insert ReadOnA(a-mri-4, 2025-06-02)
* valueBoolean = false

Instance: a-extrahepatic-spread
InstanceOf: ExtrahepaticSpread
Usage: #example
Title: "a: no extrahepatic spread after the third TACE"
* insert ReadOnA(a-mri-4, 2025-06-02)
* valueBoolean = false

Instance: a-residual-viability
InstanceOf: ResidualViability
Usage: #example
Title: "a: more is viable than before the first TACE"
* insert ReadOnA(a-mri-4, 2025-06-02)
* valueQuantity = 100 '%' "%"

Instance: a-response
InstanceOf: MrecistTargetResponse
Usage: #example
Title: "a: the targets progress"
* insert ReadOnA(a-mri-4, 2025-06-02)
* valueCodeableConcept = MrecistResponse#PD
* method = ResponseCriteria#mrecist
* extension[comparator].extension[kind].valueCode = #baseline
* extension[comparator].extension[study].valueReference = Reference(a-mri-1)
* extension[assessedProcedure].valueReference = Reference(a-tace-3)
* component[sum].valueQuantity = 101 'mm' "mm"
* component[fromBaseline].valueQuantity = 44.3 '%' "%"
* component[fromNadir].valueQuantity = 46.4 '%' "%"
* component[overall].valueCodeableConcept = MrecistResponse#PD

Instance: a-report
InstanceOf: LiverImagingReport
Usage: #example
Title: "a: report after the third TACE"
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* code = $loinc#30670-4
* effectiveDateTime = "2025-06-02"
* issued = "2025-06-02T15:00:00+08:00"
* imagingStudy = Reference(a-mri-4)
* result[+] = Reference(a-diameter-1-4)
* result[+] = Reference(a-diameter-2-4)
* result[+] = Reference(a-response)
* conclusion = "两个靶病灶强化范围增大。"

RuleSet: MarkerOfA(date, value)
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* code = $loinc#1834-1
* effectiveDateTime = "{date}"
* valueQuantity = {value} 'ng/mL' "ng/mL"

Instance: a-afp-1
InstanceOf: HccTumorMarker
Usage: #example
Title: "a: AFP before the first TACE"
* insert MarkerOfA(2025-01-06, 420)

Instance: a-afp-2
InstanceOf: HccTumorMarker
Usage: #example
Title: "a: AFP between the second and the third TACE"
* insert MarkerOfA(2025-04-14, 1260)

Instance: a-afp-3
InstanceOf: HccTumorMarker
Usage: #example
Title: "a: AFP after the third TACE"
* insert MarkerOfA(2025-06-02, 3850)

Instance: a-child-pugh
InstanceOf: ChildPugh
Usage: #example
Title: "a: Child-Pugh A5"
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* effectiveDateTime = "2025-06-03"
* valueInteger = 5
* interpretation = ChildPughPart#A
* component[ascites].valueCodeableConcept = ChildPughPart#none
* component[encephalopathy].valueCodeableConcept = ChildPughPart#none

Instance: a-ecog
InstanceOf: Ecog
Usage: #example
Title: "a: ECOG 1"
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* effectiveDateTime = "2025-06-03"
* valueInteger = 1

Instance: a-no-contraindication
InstanceOf: ClinicalFact
Usage: #example
Title: "a: immune checkpoint inhibitors can be given"
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* code = TaceObservation#immunotherapy-contraindication
* effectiveDateTime = "2025-06-03"
* valueBoolean = false

Instance: a-determination
InstanceOf: RefractorinessDetermination
Usage: #example
Title: "a: refractory by the definition of 2022"
* insert Synthetic
* status = #final
* subject = Reference(a-patient)
* effectiveDateTime = "2025-06-10"
* valueCodeableConcept = RefractorinessStatus#met
* method = RefractorinessDefinition#cci-2022
* derivedFrom[+] = Reference(a-diameter-1-1)
* derivedFrom[+] = Reference(a-diameter-2-1)
* derivedFrom[+] = Reference(a-diameter-1-4)
* derivedFrom[+] = Reference(a-diameter-2-4)
