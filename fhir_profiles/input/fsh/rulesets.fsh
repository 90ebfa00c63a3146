RuleSet: Published
* ^version = "1.0.0"
* ^experimental = false
* ^publisher = "TACE CDS project"

// A Chinese designation of a code of a code system.
RuleSet: Chinese(code, text)
* #{code} ^designation[+].language = #zh-CN
* #{code} ^designation[=].value = "{text}"

RuleSet: ChineseTitle(text)
* ^title.extension[+].url = "http://hl7.org/fhir/StructureDefinition/translation"
* ^title.extension[=].extension[+].url = "lang"
* ^title.extension[=].extension[=].valueCode = #zh-CN
* ^title.extension[=].extension[+].url = "content"
* ^title.extension[=].extension[=].valueString = "{text}"

// The same for a definition that is written as an instance, with what SUSHI then does not add.
RuleSet: Definition(type, id, name)
* url = "https://tace-cds.github.io/fhir/{type}/{id}"
* version = "1.0.0"
* name = "{name}"
* status = #active
* experimental = false
* publisher = "TACE CDS project"

RuleSet: Map(code, category, display)
* group[=].element[+].code = #{code}
* group[=].element[=].target.code = #{category}
* group[=].element[=].target.display = "{display}"
* group[=].element[=].target.equivalence = #equivalent
