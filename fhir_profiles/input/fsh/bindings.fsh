// What the profiles bind to. They are composed of code systems and of the sets of recognised codes,
// and list no code of their own, save the units. The service does not read them.

ValueSet: TreatedLesionScopeVS
Id: treated-lesion-scope-vs
Title: "Aims of a local therapy"
* insert Published
* include codes from system TreatedLesionScope

ValueSet: LesionRoleVS
Id: lesion-role-vs
Title: "Roles of a lesion"
* insert Published
* include codes from system LesionRole

ValueSet: ContrastPhaseVS
Id: contrast-phase-vs
Title: "Contrast phases"
* insert Published
* include codes from system ContrastPhase

ValueSet: ComparatorKindVS
Id: comparator-kind-vs
Title: "What a response is compared with"
* insert Published
* include codes from system ComparatorKind
