Profile: LiverDirectedProcedure
Parent: Procedure
Id: liver-directed-procedure
Title: "Liver-directed procedure"
Description: "A local treatment of the liver. Only what was completed counts; what it treated is said by treated-lesion-scope."
* insert Published
* insert ChineseTitle([[肝脏局部治疗]])
* obeys tace-completed-has-date
* status MS
* code 1..1 MS
* code from LiverDirectedProcedureVS (extensible)
* subject only Reference(Patient)
* performed[x] only dateTime or Period
* performed[x] MS
* reasonReference only Reference(Condition)
* extension contains
    TaceSession named session 0..1 MS and
    TaceStandardized named standardized 0..1 MS and
    ScopeOfTherapy named scope 0..* MS and
    $target named targetLesion 0..*

Profile: TaceProcedure
Parent: LiverDirectedProcedure
Id: tace-procedure
Title: "TACE"
Description: "One TACE, or one part of a staged session. The intent is said by the mCODE extension procedure-intent; the definition of the European expert panel needs it."
* insert Published
* insert ChineseTitle([[经动脉化疗栓塞]])
* code from TaceProcedureVS (extensible)
* extension[scope] 0..0
