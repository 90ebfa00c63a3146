// What FHIR has no element for. The service reads each of them; all are optional.

Extension: ScopeOfTherapy
Id: treated-lesion-scope
Title: "What a local therapy was aimed at"
Description: "Absent: not known, and judged both ways."
Context: Procedure
* insert Published
* insert ChineseTitle([[局部治疗的对象]])
* value[x] 1..1
* value[x] only code
* valueCode from TreatedLesionScopeVS (required)

Extension: TaceSession
Id: tace-session
Title: "Staged TACE session that this part belongs to"
Description: "Procedures with the same identifier are parts of one session and count once."
Context: Procedure
* insert Published
* insert ChineseTitle([[所属分次TACE]])
* value[x] 1..1
* value[x] only Identifier
* valueIdentifier.value 1..1

Extension: TaceStandardized
Id: tace-standardized
Title: "Attested as standardised and refined TACE"
Description: "An attestation by who performed it. Absent: not known, which is not false."
Context: Procedure
* insert Published
* insert ChineseTitle([[规范化、精细化TACE确认]])
* value[x] 1..1
* value[x] only boolean

Extension: RoleOfLesion
Id: lesion-role
Title: "Role of a lesion"
Context: BodyStructure
* insert Published
* insert ChineseTitle([[病灶角色]])
* value[x] 1..1
* value[x] only code
* valueCode from LesionRoleVS (required)

Extension: LesionFirstDetected
Id: lesion-first-detected
Title: "Day on which a lesion was first seen"
Context: BodyStructure
* insert Published
* insert ChineseTitle([[病灶首次发现日期]])
* value[x] 1..1
* value[x] only date

Extension: LesionSupersedes
Id: lesion-supersedes
Title: "Older record of the same lesion"
Context: BodyStructure
* insert Published
* insert ChineseTitle([[同一病灶的旧记录]])
* value[x] 1..1
* value[x] only Reference(BodyStructure)

Extension: ImagingContrast
Id: imaging-contrast
Title: "Contrast of an imaging study"
Context: ImagingStudy
* insert Published
* insert ChineseTitle([[影像检查对比剂]])
* extension contains
    enhanced 0..1 and
    phase 0..* and
    arterialPhaseAdequate 0..1
* extension[enhanced].value[x] 1..1
* extension[enhanced].value[x] only boolean
* extension[phase].value[x] 1..1
* extension[phase].value[x] only code
* extension[phase].valueCode from ContrastPhaseVS (required)
* extension[arterialPhaseAdequate].value[x] 1..1
* extension[arterialPhaseAdequate].value[x] only boolean

Extension: AssessedProcedure
Id: assessed-procedure
Title: "TACE whose effect was assessed"
Description: "Not needed: the dates say it. Where it is present and contradicts them, that is shown."
Context: Observation
* insert Published
* insert ChineseTitle([[被评估的TACE]])
* value[x] 1..1
* value[x] only Reference(Procedure)

Extension: ResponseComparator
Id: response-comparator
Title: "What a response was compared with"
Context: Observation
* insert Published
* insert ChineseTitle([[疗效对照时间点]])
* extension contains
    kind 0..1 and
    study 0..1
* extension[kind].value[x] 1..1
* extension[kind].value[x] only code
* extension[kind].valueCode from ComparatorKindVS (required)
* extension[study].value[x] 1..1
* extension[study].value[x] only Reference(ImagingStudy)

Extension: MissingData
Id: missing-data
Title: "Datum without which an evaluation could not say"
Description: "In the GuidanceResponse of an evaluation: the code of `missing` of the assessment."
Context: DataRequirement
* insert Published
* insert ChineseTitle([[缺少的数据]])
* value[x] 1..1
* value[x] only code
