// What the profiles bind to. These sets are composed of code systems and of the sets of recognised
// codes and list no code of their own, save the units. The service does not read them.

RuleSet: Whole(system)
* insert Published
* include codes from system {system}

ValueSet: TreatedLesionScopeVS
Id: treated-lesion-scope-vs
Title: "Aims of a local therapy"
* insert Whole(TreatedLesionScope)

ValueSet: LesionRoleVS
Id: lesion-role-vs
Title: "Roles of a lesion"
* insert Whole(LesionRole)

ValueSet: ContrastPhaseVS
Id: contrast-phase-vs
Title: "Contrast phases"
* insert Whole(ContrastPhase)

ValueSet: ComparatorKindVS
Id: comparator-kind-vs
Title: "What a response is compared with"
* insert Whole(ComparatorKind)

ValueSet: MrecistResponseVS
Id: mrecist-response-vs
Title: "mRECIST categories"
* insert Whole(MrecistResponse)

ValueSet: ResponseCriteriaVS
Id: response-criteria-vs
Title: "Criteria of a response"
* insert Whole(ResponseCriteria)
* include codes from valueset ResponseMethodMrecist
* include codes from valueset ResponseMethodOther

ValueSet: RefractorinessDefinitionVS
Id: refractoriness-definition-vs
Title: "Definitions of refractoriness"
* insert Whole(RefractorinessDefinition)

ValueSet: RefractorinessStatusVS
Id: refractoriness-status-vs
Title: "Results of a definition"
* insert Whole(RefractorinessStatus)

ValueSet: TaceProcedureVS
Id: tace-procedure-vs
Title: "Chemoembolisation"
* insert Published
* include codes from valueset ProcedureTace
* include codes from valueset ProcedureCtace
* include codes from valueset ProcedureDebTace
* include codes from valueset ProcedureTaceHaic

ValueSet: LiverDirectedProcedureVS
Id: liver-directed-procedure-vs
Title: "Liver-directed procedures"
* insert Published
* include codes from valueset TaceProcedureVS
* include codes from valueset ProcedureHaic
* include codes from valueset ProcedureTare
* include codes from valueset ProcedureTae
* include codes from valueset ProcedureTilaTace
* include codes from valueset ProcedureAblation
* include codes from valueset ProcedureResection
* include codes from valueset ProcedureTransplantation
* include codes from valueset ProcedureExternalBeamRadiotherapy
* include codes from valueset ProcedureIodine125

ValueSet: ImagingModalityVS
Id: imaging-modality-vs
Title: "CT and MR"
* insert Published
* include codes from valueset ModalityCt
* include codes from valueset ModalityMr

ValueSet: InvolvedVesselVS
Id: involved-vessel-vs
Title: "Vessels that a tumour thrombus involves"
* insert Published
* include codes from valueset VesselPortalTrunk
* include codes from valueset VesselPortalBranch
* include codes from valueset VesselPortalVein
* include codes from valueset VesselHepaticVein

ValueSet: TumorMarkerVS
Id: tumor-marker-vs
Title: "Tumour markers of HCC"
* insert Published
* include codes from valueset ObservationAfp
* include codes from valueset ObservationPivkaIi

ValueSet: ChildPughClassVS
Id: child-pugh-class-vs
Title: "Child-Pugh classes"
* insert Published
* include codes from valueset ChildPughClassA
* include codes from valueset ChildPughClassB
* include codes from valueset ChildPughClassC

ValueSet: AscitesVS
Id: ascites-vs
Title: "Ascites in the Child-Pugh score"
* insert Published
* include codes from valueset AscitesNone
* include codes from valueset AscitesMild
* include codes from valueset AscitesModerateSevere

ValueSet: EncephalopathyVS
Id: encephalopathy-vs
Title: "Encephalopathy in the Child-Pugh score"
* insert Published
* include codes from valueset EncephalopathyNone
* include codes from valueset EncephalopathyGrade12
* include codes from valueset EncephalopathyGrade34

ValueSet: ChildPughFindingVS
Id: child-pugh-finding-vs
Title: "Child-Pugh parts that are not laboratory values"
* insert Published
* include codes from valueset ObservationAscites
* include codes from valueset ObservationEncephalopathy

ValueSet: ClinicalFactVS
Id: clinical-fact-vs
Title: "Facts on which suitability and therapy depend"
* insert Published
* include codes from valueset ObservationHepaticArteryOcclusion
* include codes from valueset ObservationSevereJaundice
* include codes from valueset ObservationRefractoryAscites
* include codes from valueset ObservationHepatorenalSyndrome
* include codes from valueset ObservationDiffuseHepaticFistula
* include codes from valueset ObservationImmunotherapyContraindication
* include codes from valueset ObservationCombinationIntolerance

ValueSet: LengthUnitVS
Id: length-unit-vs
Title: "Millimetre and centimetre"
* insert Published
* $ucum#mm "millimeter"
* $ucum#cm "centimeter"
