// The category that a published response code names.

Instance: response-to-mrecist
InstanceOf: ConceptMap
Usage: #definition
* insert Definition(ConceptMap, response-to-mrecist, ResponseToMrecist)
* title = "Published response codes to mRECIST categories"
* description = "Values only: whether a response is one of the target lesions is said by the code and the method of the Observation."
* group[+].source = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
* group[=].target = Canonical(MrecistResponse)
* insert Map(C4870, CR, Complete response)
* group[=].element[=].display = "Complete Remission"
* insert Map(C18058, PR, Partial response)
* group[=].element[=].display = "Partial Remission"
* insert Map(C18213, SD, Stable disease)
* group[=].element[=].display = "Stable Disease"
* insert Map(C35571, PD, Progressive disease)
* group[=].element[=].display = "Progressive Disease"
* insert Map(C62222, NE, Not evaluable)
* group[=].element[=].display = "Unevaluable"
* group[+].source = "http://loinc.org"
* group[=].target = Canonical(MrecistResponse)
* insert Map(LA28366-5, CR, Complete response)
* insert Map(LA28369-9, PR, Partial response)
* insert Map(LA28371-5, SD, Stable disease)
* insert Map(LA28370-7, PD, Progressive disease)
* group[+].source = "http://dicom.nema.org/resources/ontology/DCM"
* group[=].target = Canonical(MrecistResponse)
* insert Map(112041, CR, Complete response)
* group[=].element[=].display = "Target Lesion Complete Response"
* insert Map(112042, PR, Partial response)
* group[=].element[=].display = "Target Lesion Partial Response"
* insert Map(112044, SD, Stable disease)
* group[=].element[=].display = "Target Lesion Stable Disease"
* insert Map(112043, PD, Progressive disease)
* group[=].element[=].display = "Target Lesion Progressive Disease"
* group[+].source = "http://radlex.org"
* group[=].target = Canonical(MrecistResponse)
* insert Map(RID11511, CR, Complete response)
* insert Map(RID11513, PR, Partial response)
* insert Map(RID11514, SD, Stable disease)
* insert Map(RID11515, PD, Progressive disease)
* group[+].source = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-verlauf-gesamtbeurteilung"
* group[=].target = Canonical(MrecistResponse)
* insert Map(V, CR, Complete response)
* insert Map(T, PR, Partial response)
* insert Map(K, SD, Stable disease)
* insert Map(P, PD, Progressive disease)
* insert Map(U, NE, Not evaluable)
* group[+].source = "http://snomed.info/sct"
* group[=].target = Canonical(MrecistResponse)
* insert Map(550991000124107, CR, Complete response)
* insert Map(551001000124108, PR, Partial response)
* group[+].source = "https://recist.eortc.org"
* group[=].target = Canonical(MrecistResponse)
* insert Map(CR, CR, Complete response)
* insert Map(PR, PR, Partial response)
* insert Map(SD, SD, Stable disease)
* insert Map(PD, PD, Progressive disease)
