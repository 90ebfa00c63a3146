// b: the second of three sessions is staged, sizes are panels in cm, the target shrinks while a new
// lesion and a tumour thrombus appear: not refractory by the definition of 2022.

Instance: b-patient
InstanceOf: Patient
Usage: #example
Title: "b: an invented patient"
* insert Synthetic
* gender = #female
* birthDate = "1957"

Instance: b-condition
InstanceOf: HccCondition
Usage: #example
Title: "b: the carcinoma"
* insert Synthetic
* subject = Reference(b-patient)
* clinicalStatus = $clinical#active
* code = $icd10#C22.0

Instance: b-lesion-1
InstanceOf: HccLesion
Usage: #example
Title: "b: the target in segment VIII"
* insert Synthetic
* patient = Reference(b-patient)
* identifier.value = "L1"
* location = $sct#277962002
* extension[role].valueCode = #target
* extension[firstDetected].valueDate = "2025-02-10"

Instance: b-lesion-2
InstanceOf: HccLesion
Usage: #example
Title: "b: the new lesion in segment IV"
* insert Synthetic
* patient = Reference(b-patient)
* identifier.value = "L2"
* location = $sct#277958008
* extension[role].valueCode = #new
* extension[firstDetected].valueDate = "2025-07-07"

RuleSet: TaceOfB(kind, date)
* insert Synthetic
* status = #completed
* subject = Reference(b-patient)
* code = LocoregionalProcedure#{kind}
* performedDateTime = "{date}"
* extension[standardized].valueBoolean = true

RuleSet: PartOfStaged(session)
* extension[session].valueIdentifier.system = "https://hospital.example.org/tace-session"
* extension[session].valueIdentifier.value = "{session}"

Instance: b-tace-1
InstanceOf: TaceProcedure
Usage: #example
Title: "b: first session"
* insert TaceOfB(deb-tace, 2025-02-17)

Instance: b-tace-2a
InstanceOf: TaceProcedure
Usage: #example
Title: "b: second session, first part"
* insert TaceOfB(ctace, 2025-04-08)
* insert PartOfStaged(b-2)

Instance: b-tace-2b
InstanceOf: TaceProcedure
Usage: #example
Title: "b: second session, second part"
* insert TaceOfB(ctace, 2025-04-09)
* insert PartOfStaged(b-2)

Instance: b-tace-3
InstanceOf: TaceProcedure
Usage: #example
Title: "b: third session, with an infusion"
* insert TaceOfB(tace-haic, 2025-05-26)

Instance: b-ablation
InstanceOf: LiverDirectedProcedure
Usage: #example
Title: "b: ablation of the new lesion"
* insert Synthetic
* status = #completed
* subject = Reference(b-patient)
* code = LocoregionalProcedure#ablation
* performedDateTime = "2025-07-14"
* extension[scope].valueCode = #other-lesion

RuleSet: CtOfB(date, number)
* insert Synthetic
* status = #available
* subject = Reference(b-patient)
* started = "{date}"
* modality = $dcm#CT
* identifier.system = "urn:dicom:uid"
* identifier.value = "urn:oid:2.25.90020{number}"
* extension[contrast].extension[enhanced].valueBoolean = true
* extension[contrast].extension[phase][+].valueCode = #arterial

Instance: b-ct-1
InstanceOf: LiverImagingStudy
Usage: #example
Title: "b: CT before the first session"
* insert CtOfB(2025-02-10, 1)

Instance: b-ct-2
InstanceOf: LiverImagingStudy
Usage: #example
Title: "b: CT after the first session"
* insert CtOfB(2025-03-31, 2)

Instance: b-ct-3
InstanceOf: LiverImagingStudy
Usage: #example
Title: "b: CT after the second session"
* insert CtOfB(2025-05-19, 3)

Instance: b-ct-4
InstanceOf: LiverImagingStudy
Usage: #example
Title: "b: CT after the third session"
* insert CtOfB(2025-07-07, 4)

RuleSet: ReadOnB(study, date)
* insert Synthetic
* status = #final
* subject = Reference(b-patient)
* effectiveDateTime = "{date}"
* derivedFrom = Reference({study})

Instance: b-size-1
InstanceOf: HccTumorSize
Usage: #example
Title: "b: the target before the first session"
* insert ReadOnB(b-ct-1, 2025-02-10)
* focus = Reference(b-lesion-1)
* component[longest].valueQuantity = 6.8 'cm' "cm"
* component[viable].valueQuantity = 6.0 'cm' "cm"

Instance: b-size-2
InstanceOf: HccTumorSize
Usage: #example
Title: "b: the target after the first session"
* insert ReadOnB(b-ct-2, 2025-03-31)
* focus = Reference(b-lesion-1)
* component[viable].valueQuantity = 5.5 'cm' "cm"

Instance: b-size-3
InstanceOf: HccTumorSize
Usage: #example
Title: "b: the target after the second session"
* insert ReadOnB(b-ct-3, 2025-05-19)
* focus = Reference(b-lesion-1)
* component[viable].valueQuantity = 5.0 'cm' "cm"

Instance: b-size-4
InstanceOf: HccTumorSize
Usage: #example
Title: "b: the target after the third session"
* insert ReadOnB(b-ct-4, 2025-07-07)
* focus = Reference(b-lesion-1)
* component[longest].valueQuantity = 6.1 'cm' "cm"
* component[other].valueQuantity = 4.9 'cm' "cm"
* component[viable].valueQuantity = 4.6 'cm' "cm"
* component[residualViability].valueQuantity = 76.7 '%' "%"

Instance: b-diameter-not-measured
InstanceOf: ViableDiameter
Usage: #example
Title: "b: the new lesion, seen and not measured"
* insert ReadOnB(b-ct-4, 2025-07-07)
* focus = Reference(b-lesion-2)
* dataAbsentReason = http://terminology.hl7.org/CodeSystem/data-absent-reason#not-performed

Instance: b-new-lesion
InstanceOf: NewIntrahepaticLesion
Usage: #example
Title: "b: a new lesion"
* insert ReadOnB(b-ct-4, 2025-07-07)
* valueBoolean = true
* focus = Reference(b-lesion-2)
* extension[comparator].extension[kind].valueCode = #baseline

Instance: b-vascular-invasion
InstanceOf: VascularInvasion
Usage: #example
Title: "b: tumour thrombus in the right portal vein"
* insert ReadOnB(b-ct-4, 2025-07-07)
* valueBoolean = true
* component[vessel].valueCodeableConcept = $sct#73931004
* component[isNew].valueBoolean = true

Instance: b-extrahepatic-spread
InstanceOf: ExtrahepaticSpread
Usage: #example
Title: "b: no extrahepatic spread"
* insert ReadOnB(b-ct-4, 2025-07-07)
* valueBoolean = false

Instance: b-pivka
InstanceOf: HccTumorMarker
Usage: #example
Title: "b: PIVKA-II"
* insert Synthetic
* status = #final
* subject = Reference(b-patient)
* code = $loinc#93768-0
* effectiveDateTime = "2025-07-07"
* valueQuantity.value = 310
* valueQuantity.unit = "mAU/mL"
* valueQuantity.code = #[arb'U]/L

Instance: b-ascites
InstanceOf: ChildPughFinding
Usage: #example
Title: "b: mild ascites"
* insert Synthetic
* status = #final
* subject = Reference(b-patient)
* code = TaceObservation#ascites
* effectiveDateTime = "2025-07-08"
* valueCodeableConcept = ChildPughPart#mild

Instance: b-lenvatinib
InstanceOf: HccDrugTherapy
Usage: #example
Title: "b: systemic therapy"
* insert Synthetic
* status = #active
* intent = #order
* subject = Reference(b-patient)
* medicationCodeableConcept = $atc#L01EX08 "lenvatinib"
* authoredOn = "2025-07-10"

Instance: b-oxaliplatin
InstanceOf: HccDrugTherapy
Usage: #example
Title: "b: drug of the infusion"
* insert Synthetic
* status = #completed
* intent = #order
* subject = Reference(b-patient)
* medicationCodeableConcept = $atc#L01XA03 "oxaliplatin"
* authoredOn = "2025-05-26"
* dosageInstruction.route = $sct#58100008
