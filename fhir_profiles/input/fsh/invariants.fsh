Invariant: tace-completed-has-date
Description: "What was completed has a date: without one it cannot be placed in the course."
Severity: #error
Expression: "status = 'completed' implies performed.exists()"

Invariant: tace-value-or-reason
Description: "There is a value, or a reason why there is none. 0 mm means that nothing enhances; not measured is a reason."
Severity: #error
Expression: "value.exists() xor dataAbsentReason.exists()"

Invariant: tace-focus-is-lesion
Description: "The focus is a BodyStructure: not every validator looks at the type of what a reference names."
Severity: #error
Expression: "focus.reference.all($this.contains('BodyStructure/') or $this.startsWith('urn:') or $this.startsWith('#'))"

Invariant: tace-plausible-diameter
Description: "A diameter is 0 to 300 mm."
Severity: #error
Expression: "value.ofType(Quantity).value.exists() implies (value.ofType(Quantity).value >= 0 and value.ofType(Quantity).value <= iif(value.ofType(Quantity).code = 'cm', 30, 300))"

Invariant: tace-percentage
Description: "A proportion is 0 to 100 %."
Severity: #error
Expression: "value.ofType(Quantity).value.exists() implies (value.ofType(Quantity).value >= 0 and value.ofType(Quantity).value <= 100)"

Invariant: tace-study-stated
Description: "The study that was read should be stated in derivedFrom; without it the scan of the same day is taken."
Severity: #warning
Expression: "derivedFrom.exists() or partOf.exists()"

Invariant: tace-some-size
Description: "At least one size is given."
Severity: #error
Expression: "component.value.exists() or component.dataAbsentReason.exists()"

Invariant: tace-vessel-only-if-invaded
Description: "An involved vessel is named only where there is invasion."
Severity: #error
Expression: "value.ofType(boolean) = false implies component.where(code.coding.code = 'involved-vessel').empty()"

Invariant: tace-ecog
Description: "The ECOG performance status is 0 to 5."
Severity: #error
Expression: "value.ofType(integer) >= 0 and value.ofType(integer) <= 5"

Invariant: tace-child-pugh
Description: "A Child-Pugh score is 5 to 15."
Severity: #error
Expression: "value.ofType(integer).exists() implies (value.ofType(integer) >= 5 and value.ofType(integer) <= 15)"

Invariant: tace-child-pugh-class
Description: "The class is that of the score: A 5-6, B 7-9, C 10-15."
Severity: #error
Expression: "(value.ofType(integer) >= 7 implies interpretation.coding.where(code = 'A').empty()) and ((value.ofType(integer) <= 6 or value.ofType(integer) >= 10) implies interpretation.coding.where(code = 'B').empty()) and (value.ofType(integer) <= 9 implies interpretation.coding.where(code = 'C').empty())"

Invariant: tace-other-imaging
Description: "A study is CT or MR; others are no follow-up."
Severity: #warning
Expression: "modality.where(code = 'CT' or code = 'MR').exists()"
