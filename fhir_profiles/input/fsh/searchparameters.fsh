// For those who look into a server themselves; the service does without.

Instance: procedure-tace-session
InstanceOf: SearchParameter
Usage: #definition
* insert Definition(SearchParameter, procedure-tace-session, ProcedureTaceSession)
* description = "Procedures that are parts of one staged session."
* code = #tace-session
* base = #Procedure
* type = #token
* expression = "Procedure.extension.where(url = 'https://tace-cds.github.io/fhir/StructureDefinition/tace-session').value.ofType(Identifier)"

Instance: observation-assessed-procedure
InstanceOf: SearchParameter
Usage: #definition
* insert Definition(SearchParameter, observation-assessed-procedure, ObservationAssessedProcedure)
* description = "Observations that say which TACE they assess."
* code = #assessed-procedure
* base = #Observation
* type = #reference
* target = #Procedure
* expression = "Observation.extension.where(url = 'https://tace-cds.github.io/fhir/StructureDefinition/assessed-procedure').value.ofType(Reference)"
