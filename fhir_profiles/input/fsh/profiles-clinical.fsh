// What is known of the patient apart from the scans.

Profile: HccCondition
Parent: Condition
Id: hcc-condition
Title: "Hepatocellular carcinoma"
* insert Published
* insert ChineseTitle([[肝细胞癌]])
* code 1..1 MS
* code from ConditionHcc (extensible)
* subject only Reference(Patient)
* clinicalStatus MS

Profile: HccTumorMarker
Parent: Observation
Id: hcc-tumor-marker
Title: "Tumour marker"
Description: "AFP or PIVKA-II with its unit: mass and arbitrary units are never converted into each other."
* insert Published
* insert ChineseTitle([[肿瘤标志物]])
* insert OfPatient
* obeys tace-value-or-reason
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains laboratory 1..1
* category[laboratory] = $category#laboratory
* code from TumorMarkerVS (extensible)
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] only Quantity
* value[x] MS
* valueQuantity.value 1..1
* valueQuantity.system 1..1
* valueQuantity.system = $ucum
* valueQuantity.code 1..1

Profile: ChildPugh
Parent: Observation
Id: child-pugh
Title: "Child-Pugh score"
Description: "The score, with the class as its interpretation, or the class alone."
* insert Published
* insert ChineseTitle([[Child-Pugh评分]])
* insert OfPatient
* insert Components
* obeys tace-child-pugh and tace-child-pugh-class
* code = TaceObservation#child-pugh
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] only integer or CodeableConcept
* value[x] 1..1 MS
* valueCodeableConcept from ChildPughClassVS (required)
* interpretation 0..1
* interpretation from ChildPughClassVS (required)
* component contains ascites 0..1 and encephalopathy 0..1
* component[ascites].code = TaceObservation#ascites
* component[ascites].value[x] only CodeableConcept
* component[ascites].value[x] from AscitesVS (required)
* component[encephalopathy].code = TaceObservation#encephalopathy
* component[encephalopathy].value[x] only CodeableConcept
* component[encephalopathy].value[x] from EncephalopathyVS (required)

Profile: ChildPughFinding
Parent: Observation
Id: child-pugh-finding
Title: "Ascites or encephalopathy of the Child-Pugh score"
* insert Published
* insert ChineseTitle([[Child-Pugh腹水或肝性脑病]])
* insert OfPatient
* code from ChildPughFindingVS (required)
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] 1..1 MS
* value[x] only CodeableConcept or integer

Profile: Ecog
Parent: Observation
Id: ecog
Title: "ECOG performance status"
* insert Published
* insert ChineseTitle([[ECOG体能状态]])
* insert OfPatient
* obeys tace-ecog
* code = $loinc#89247-1
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] 1..1 MS
* value[x] only integer

Profile: ClinicalFact
Parent: Observation
Id: clinical-fact
Title: "Fact on which suitability or therapy depends"
Description: "Absent is not no."
* insert Published
* insert ChineseTitle([[适应证与治疗相关事实]])
* insert OfPatient
* obeys tace-value-or-reason
* code from ClinicalFactVS (required)
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] only boolean
* value[x] MS

Profile: HccDrugTherapy
Parent: MedicationRequest
Id: hcc-drug-therapy
Title: "Antineoplastic drug"
Description: "Systemic therapy, or with an intra-arterial route a drug of an infusion or a TACE."
* insert Published
* insert ChineseTitle([[抗肿瘤药物治疗]])
* status MS
* intent MS
* medication[x] only CodeableConcept
* medication[x] MS
* medicationCodeableConcept from HccAntineoplastic (extensible)
* subject only Reference(Patient)
* authoredOn 1..1 MS
* groupIdentifier MS
* dosageInstruction.route MS

Profile: RefractorinessDetermination
Parent: Observation
Id: refractoriness-determination
Title: "Determination of refractoriness"
Description: "What one definition gives for a record on one day, with everything it rests on. It is written only where a site configures that."
* insert Published
* insert ChineseTitle([[TACE抵抗判定结果]])
* insert OfPatient
* code = TaceObservation#refractoriness
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] 1..1 MS
* value[x] only CodeableConcept
* value[x] from RefractorinessStatusVS (required)
* method 1..1 MS
* method from RefractorinessDefinitionVS (required)
* derivedFrom MS
