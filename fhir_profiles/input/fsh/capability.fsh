// What the service asks a server for. What SHALL be answered are the searches without which nothing
// can be said; another that is refused costs only what it would have found.

RuleSet: Resource(type)
* rest.resource[+].type = #{type}
* rest.resource[=].interaction[+].code = #search-type

RuleSet: Search(name, type, strength)
* rest.resource[=].searchParam[+].name = "{name}"
* rest.resource[=].searchParam[=].type = #{type}
* rest.resource[=].searchParam[=].extension.url = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
* rest.resource[=].searchParam[=].extension.valueCode = #{strength}

RuleSet: Profiled(profile)
* rest.resource[=].supportedProfile[+] = Canonical({profile})

Instance: tace-cds-data-source
InstanceOf: CapabilityStatement
Usage: #definition
* insert Definition(CapabilityStatement, tace-cds-data-source, TaceCdsDataSource)
* title = "What a source of the data must offer"
* description = "Reads and type searches in JSON, without chaining, inclusion or modifiers."
* date = "2026-01-15"
* kind = #requirements
* fhirVersion = #4.0.1
* format = #json
* rest.mode = #server
* rest.documentation = "A page link is followed only to the same origin and base. The service never writes."
* insert Resource(Patient)
* rest.resource[=].interaction[=].code = #read
* insert Resource(Condition)
* insert Profiled(HccCondition)
* insert Search(patient, reference, SHOULD)
* insert Resource(Procedure)
* insert Profiled(LiverDirectedProcedure)
* insert Profiled(TaceProcedure)
* insert Search(patient, reference, SHALL)
* insert Resource(BodyStructure)
* insert Profiled(HccLesion)
* insert Search(patient, reference, SHOULD)
* insert Resource(ImagingStudy)
* insert Profiled(LiverImagingStudy)
* insert Search(patient, reference, SHOULD)
* insert Resource(DiagnosticReport)
* insert Profiled(LiverImagingReport)
* insert Search(patient, reference, SHALL)
* insert Search(category, token, SHALL)
* insert Resource(Observation)
* insert Profiled(ViableDiameter)
* insert Profiled(HccTumorSize)
* insert Profiled(ResidualViability)
* insert Profiled(NewIntrahepaticLesion)
* insert Profiled(VascularInvasion)
* insert Profiled(ExtrahepaticSpread)
* insert Profiled(MrecistTargetResponse)
* insert Profiled(HccTumorMarker)
* insert Profiled(ChildPugh)
* insert Profiled(ChildPughFinding)
* insert Profiled(Ecog)
* insert Profiled(ClinicalFact)
* insert Search(patient, reference, SHALL)
* insert Search(category, token, SHALL)
* insert Search(code, token, SHOULD)
* insert Resource(MedicationRequest)
* insert Profiled(HccDrugTherapy)
* insert Search(patient, reference, SHOULD)
* insert Search(intent, token, SHOULD)
* insert Resource(MedicationAdministration)
* insert Search(patient, reference, SHOULD)
* insert Resource(ServiceRequest)
* insert Search(patient, reference, SHOULD)
* insert Search(status, token, SHOULD)
