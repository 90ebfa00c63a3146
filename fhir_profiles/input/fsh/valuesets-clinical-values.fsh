// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: AscitesMild
Id: ascites.mild
Title: "Mild ascites"
* insert Published
* insert ChineseTitle([[轻度腹水]])
* ChildPughPart#mild "Mild, or controlled (ascites)"
* $ncit#C208499

ValueSet: AscitesModerateSevere
Id: ascites.moderate-severe
Title: "Moderate to severe ascites"
* insert Published
* insert ChineseTitle([[中重度腹水]])
* ChildPughPart#moderate-severe "Moderate to severe (ascites)"
* $ncit#C208500

ValueSet: AscitesNone
Id: ascites.none
Title: "No ascites"
* insert Published
* insert ChineseTitle([[无腹水]])
* ChildPughPart#none "None (ascites, encephalopathy)"
* $ncit#C208498

ValueSet: BclcStage0
Id: bclc-stage.0
Title: "BCLC stage 0"
* insert Published
* insert ChineseTitle([[BCLC 0期]])
* BclcStage#0 "BCLC stage 0"

ValueSet: BclcStageA
Id: bclc-stage.A
Title: "BCLC stage A"
* insert Published
* insert ChineseTitle([[BCLC A期]])
* BclcStage#A "BCLC stage A"

ValueSet: BclcStageB
Id: bclc-stage.B
Title: "BCLC stage B"
* insert Published
* insert ChineseTitle([[BCLC B期]])
* BclcStage#B "BCLC stage B"

ValueSet: BclcStageC
Id: bclc-stage.C
Title: "BCLC stage C"
* insert Published
* insert ChineseTitle([[BCLC C期]])
* BclcStage#C "BCLC stage C"

ValueSet: BclcStageD
Id: bclc-stage.D
Title: "BCLC stage D"
* insert Published
* insert ChineseTitle([[BCLC D期]])
* BclcStage#D "BCLC stage D"

ValueSet: ChildPughClassA
Id: child-pugh-class.A
Title: "Child-Pugh class A"
* insert Published
* insert ChineseTitle([[Child-Pugh A级]])
* ChildPughPart#A "Class A"
* $sct#710065009
* $ncit#C208513
* $ncit#C113691 "Child-Pugh Class A"

ValueSet: ChildPughClassB
Id: child-pugh-class.B
Title: "Child-Pugh class B"
* insert Published
* insert ChineseTitle([[Child-Pugh B级]])
* ChildPughPart#B "Class B"
* $sct#710066005
* $ncit#C208514
* $ncit#C113692 "Child-Pugh Class B"

ValueSet: ChildPughClassC
Id: child-pugh-class.C
Title: "Child-Pugh class C"
* insert Published
* insert ChineseTitle([[Child-Pugh C级]])
* ChildPughPart#C "Class C"
* $sct#710067001
* $ncit#C208515
* $ncit#C113694 "Child-Pugh Class C"

ValueSet: CnlcStageIIIa
Id: cnlc-stage.IIIa
Title: "CNLC stage IIIa"
* insert Published
* insert ChineseTitle([[CNLC Ⅲa期]])
* CnlcStage#IIIa "CNLC stage IIIa"

ValueSet: CnlcStageIIIb
Id: cnlc-stage.IIIb
Title: "CNLC stage IIIb"
* insert Published
* insert ChineseTitle([[CNLC Ⅲb期]])
* CnlcStage#IIIb "CNLC stage IIIb"

ValueSet: CnlcStageIIa
Id: cnlc-stage.IIa
Title: "CNLC stage IIa"
* insert Published
* insert ChineseTitle([[CNLC Ⅱa期]])
* CnlcStage#IIa "CNLC stage IIa"

ValueSet: CnlcStageIIb
Id: cnlc-stage.IIb
Title: "CNLC stage IIb"
* insert Published
* insert ChineseTitle([[CNLC Ⅱb期]])
* CnlcStage#IIb "CNLC stage IIb"

ValueSet: CnlcStageIV
Id: cnlc-stage.IV
Title: "CNLC stage IV"
* insert Published
* insert ChineseTitle([[CNLC Ⅳ期]])
* CnlcStage#IV "CNLC stage IV"

ValueSet: CnlcStageIa
Id: cnlc-stage.Ia
Title: "CNLC stage Ia"
* insert Published
* insert ChineseTitle([[CNLC Ⅰa期]])
* CnlcStage#Ia "CNLC stage Ia"

ValueSet: CnlcStageIb
Id: cnlc-stage.Ib
Title: "CNLC stage Ib"
* insert Published
* insert ChineseTitle([[CNLC Ⅰb期]])
* CnlcStage#Ib "CNLC stage Ib"

ValueSet: DistantMetastasisPresent
Id: distant-metastasis.present
Title: "Distant metastasis present"
* insert Published
* insert ChineseTitle([[存在远处转移]])
* $sct#399409002

ValueSet: EcogGrade0
Id: ecog-grade.0
Title: "ECOG 0"
* insert Published
* insert ChineseTitle([[ECOG 0分]])
* $loinc#LA9622-7 "Fully active, able to carry on all pre-disease performance without restriction"
* $sct#425389002
* $ncit#C180255 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 0 [0]"

ValueSet: EcogGrade1
Id: ecog-grade.1
Title: "ECOG 1"
* insert Published
* insert ChineseTitle([[ECOG 1分]])
* $loinc#LA9623-5
* $sct#422512005
* $ncit#C180256 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 1 [1]"

ValueSet: EcogGrade2
Id: ecog-grade.2
Title: "ECOG 2"
* insert Published
* insert ChineseTitle([[ECOG 2分]])
* $loinc#LA9624-3
* $sct#422894000
* $ncit#C180257 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 2 [2]"

ValueSet: EcogGrade3
Id: ecog-grade.3
Title: "ECOG 3"
* insert Published
* insert ChineseTitle([[ECOG 3分]])
* $loinc#LA9625-0
* $sct#423053003
* $ncit#C180258 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 3 [3]"

ValueSet: EcogGrade4
Id: ecog-grade.4
Title: "ECOG 4"
* insert Published
* insert ChineseTitle([[ECOG 4分]])
* $loinc#LA9626-8
* $sct#423237006
* $ncit#C180259 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 4 [4]"

ValueSet: EcogGrade5
Id: ecog-grade.5
Title: "ECOG 5"
* insert Published
* insert ChineseTitle([[ECOG 5分]])
* $loinc#LA9627-6
* $sct#423409001
* $ncit#C180260 "Eastern Cooperative Oncology Group Performance Status ECOG101 Standardized Character Result 5 [5]"

ValueSet: EncephalopathyGrade12
Id: encephalopathy.grade-1-2
Title: "Encephalopathy grade 1-2"
* insert Published
* insert ChineseTitle([[肝性脑病1~2级]])
* ChildPughPart#grade-1-2 "Grade 1-2 (encephalopathy)"
* $ncit#C208496

ValueSet: EncephalopathyGrade1
Id: encephalopathy.grade-1
Title: "West Haven grade 1"
* insert Published
* insert ChineseTitle([[West Haven 1级]])
* $ncit#C117825

ValueSet: EncephalopathyGrade2
Id: encephalopathy.grade-2
Title: "West Haven grade 2"
* insert Published
* insert ChineseTitle([[West Haven 2级]])
* $ncit#C117826

ValueSet: EncephalopathyGrade34
Id: encephalopathy.grade-3-4
Title: "Encephalopathy grade 3-4"
* insert Published
* insert ChineseTitle([[肝性脑病3~4级]])
* ChildPughPart#grade-3-4 "Grade 3-4 (encephalopathy)"
* $ncit#C208497

ValueSet: EncephalopathyGrade3
Id: encephalopathy.grade-3
Title: "West Haven grade 3"
* insert Published
* insert ChineseTitle([[West Haven 3级]])
* $ncit#C117827

ValueSet: EncephalopathyGrade4
Id: encephalopathy.grade-4
Title: "West Haven grade 4"
* insert Published
* insert ChineseTitle([[West Haven 4级]])
* $ncit#C117828

ValueSet: EncephalopathyNone
Id: encephalopathy.none
Title: "No encephalopathy"
* insert Published
* insert ChineseTitle([[无肝性脑病]])
* ChildPughPart#none "None (ascites, encephalopathy)"
* $ncit#C208495 "Child-Pugh encephalopathy: none"
* $ncit#C117824

ValueSet: MetastasisSiteOutsideLiver
Id: metastasis-site.outside-liver
Title: "Sites outside the liver"
* insert Published
* insert ChineseTitle([[肝外部位]])
* $mii-metastasis#PUL
* $mii-metastasis#OSS
* $mii-metastasis#LYM
* $mii-metastasis#BRA
* $mii-metastasis#MAR
* $mii-metastasis#PLE
* $mii-metastasis#PER
* $mii-metastasis#ADR
* $mii-metastasis#SKI
