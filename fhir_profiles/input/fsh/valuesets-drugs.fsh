// Recognised codes. The id of a set is slot.role: where a code stands, what it means there.

ValueSet: DrugCisplatin
Id: drug.cisplatin
Title: "Cisplatin"
* insert Published
* insert ChineseTitle([[顺铂]])
* $atc#L01XA01 "cisplatin"
* $rxnorm#2555 "cisplatin"
* $hcpcs#J9060 "Injection, cisplatin, powder or solution, 10 mg"

ValueSet: DrugFluorouracil
Id: drug.fluorouracil
Title: "Fluorouracil"
* insert Published
* insert ChineseTitle([[氟尿嘧啶]])
* $atc#L01BC02 "fluorouracil"
* $rxnorm#4492 "fluorouracil"
* $hcpcs#J9190 "Injection, fluorouracil, 500 mg"

ValueSet: DrugFolinate
Id: drug.folinate
Title: "Folinate, not an antineoplastic"
* insert Published
* insert ChineseTitle([[亚叶酸（非抗肿瘤药）]])
* $atc#V03AF03 "calcium folinate"
* $hcpcs#J0640 "Injection, leucovorin calcium, per 50 mg"

ValueSet: DrugIodisedOil
Id: drug.iodised-oil
Title: "Iodised oil (lipiodol), not an antineoplastic"
* insert Published
* insert ChineseTitle([[碘化油（非抗肿瘤药）]])
* $atc#V08AD01 "ethyl esters of iodised fatty acids"

ValueSet: HccAntineoplastic
Id: hcc-antineoplastic
Title: "Antineoplastic drugs of HCC"
* insert Published
* insert ChineseTitle([[肝癌抗肿瘤药物]])
* $atc#L01EX02 "sorafenib"
* $atc#L01EX08 "lenvatinib"
* $atc#L01EK05 "rivoceranib"
* $atc#L01EX05 "regorafenib"
* $atc#L01EX07 "cabozantinib"
* $atc#L01FF05 "atezolizumab"
* $atc#L01FG01 "bevacizumab"
* $atc#L01FF14 "camrelizumab"
* $atc#L01FF09 "tislelizumab"
* $atc#L01FF13 "toripalimab"
* $atc#L01FF02 "pembrolizumab"
* $atc#L01FF01 "nivolumab"
* $atc#L01FF03 "durvalumab"
* $atc#L01FX20 "tremelimumab"
* $atc#L01FX04 "ipilimumab"
* $atc#L01FG02 "ramucirumab"
* $atc#L01XA03 "oxaliplatin"
* $atc#L01BC02 "fluorouracil"
* $atc#L01BA03 "raltitrexed"
* $atc#L01XA01 "cisplatin"
* $atc#L01DB01 "doxorubicin"
* $atc#L01DB03 "epirubicin"
* $atc#L01DC03 "mitomycin"
* $atc#L01BC09 "floxuridine"
* $rxnorm#495881 "sorafenib"
* $rxnorm#1603296 "lenvatinib"
* $rxnorm#1312397 "regorafenib"
* $rxnorm#1363268 "cabozantinib"
* $rxnorm#1792776 "atezolizumab"
* $rxnorm#253337 "bevacizumab"
* $rxnorm#1547545 "pembrolizumab"
* $rxnorm#1597876 "nivolumab"
* $rxnorm#1919503 "durvalumab"
* $rxnorm#1094833 "ipilimumab"
* $rxnorm#1535922 "ramucirumab"
* $rxnorm#32592 "oxaliplatin"
* $rxnorm#4492 "fluorouracil"
* $rxnorm#2555 "cisplatin"
* $rxnorm#3639 "doxorubicin"
* $rxnorm#3995 "epirubicin"
* $hcpcs#J9022 "Injection, atezolizumab, 10 mg"
* $hcpcs#J9035 "Injection, bevacizumab, 10 mg"
* $hcpcs#J9271 "Injection, pembrolizumab, 1 mg"
* $hcpcs#J9299 "Injection, nivolumab, 1 mg"
* $hcpcs#J9173 "Injection, durvalumab, 10 mg"
* $hcpcs#J9228 "Injection, ipilimumab, 1 mg"
* $hcpcs#J9308 "Injection, ramucirumab, 5 mg"
* $hcpcs#J9263 "Injection, oxaliplatin, 0.5 mg"
* $hcpcs#J9190 "Injection, fluorouracil, 500 mg"
* $hcpcs#J9060 "Injection, cisplatin, powder or solution, 10 mg"
* $hcpcs#J9000 "Injection, doxorubicin hydrochloride, 10 mg"
* $hcpcs#J9178 "Injection, epirubicin hcl, 2 mg"
* $ncit#C61948 "sorafenib"
* $ncit#C172098 "Oxaliplatin Eluting Beads"

ValueSet: RouteIntraArterial
Id: route.intra-arterial
Title: "Intra-arterial route"
* insert Published
* insert ChineseTitle([[动脉内途径]])
* $sct#58100008 "Intra-arterial route (qualifier value)"
* $route#IA "Infusion, intraarterial catheter"
* $route#IAINJ "Injection, intraarterial"
* $route#IAINJP
* $route#IAINJSP
* $ncit#C38222 "Intraarterial Route of Administration"
