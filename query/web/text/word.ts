// Names of people and words of codes.

export interface PersonName { family?: string; given?: string; prefix?: string; suffix?: string; text?: string }
export interface Coded { system?: string; code?: string; display?: string }

// Family name first, so that lists are read down.
export function personName(name: PersonName | undefined): string {
  if (!name) return 'No name recorded';
  const whole = [name.family, name.given].filter(Boolean).join(', ');
  return whole || name.text || 'No name recorded';
}

// SNOMED CT ends its names with the kind of thing: "Sinusitis (disorder)".
const kinds = /\s+\((disorder|finding|procedure|situation|regime\/therapy|observable entity|morphologic abnormality|substance|organism|product|person|event|qualifier value|social concept|record artifact|environment)\)$/;

export function coded(code: Coded | undefined, otherwise = ''): string {
  if (!code) return otherwise;
  return (code.display ?? code.code ?? otherwise).replace(kinds, '');
}

// The system's own word and code, for a title.
export function wholeCode(code: Coded | undefined): string | undefined {
  return code?.code ? `${code.display ?? ''} (${code.system ?? 'no system'} ${code.code})`.trim() : code?.display;
}

export function plain(word: string | undefined): string {
  return (word ?? '').replace(/[_-]/g, ' ');
}

const genders: Readonly<Record<string, string>> = { male: 'Male', female: 'Female', other: 'Other', unknown: 'Unknown' };
const sexes: Readonly<Record<string, string>> = { M: 'Male', F: 'Female', UNK: 'Unknown', OTH: 'Other' };

// Sex at birth is said beside the gender only where it differs, or the gender is not recorded.
export function genderAndSex(gender: string | undefined, sex: string | undefined): string {
  const said = gender ? genders[gender] ?? gender : '';
  const born = sex ? sexes[sex] ?? sex : '';
  if (!said) return born ? `${born} at birth` : 'Sex not recorded';
  return born && born !== said ? `${said} (${born.toLowerCase()} at birth)` : said;
}

const types: Readonly<Record<string, string>> = {
  MedicationRequest: 'medication order', MedicationStatement: 'medication report', MedicationDispense: 'dispense', MedicationAdministration: 'administration',
  Observation: 'result', Condition: 'problem', AllergyIntolerance: 'allergy', Encounter: 'visit', DiagnosticReport: 'report', DocumentReference: 'document',
  Immunization: 'immunization', Procedure: 'procedure', DetectedIssue: 'alert', Patient: 'patient', CarePlan: 'care plan', ServiceRequest: 'order', List: 'list',
};

// What the clinic calls a type of resource; others keep FHIR's name.
export function typeWord(type: string): string {
  return types[type] ?? type;
}
