// Names for lists that the node answers with ids: asked for once, many at a time, kept while the
// page is open.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api.ts';
import { age, today } from '../text/age.ts';
import { day } from '../text/date.ts';
import { personName } from '../text/word.ts';

export interface Person { id: string; name: string; birth: string; gender: string; line: string }
export type People = ReadonlyMap<string, Person>;

interface FhirPatient {
  id: string;
  name?: { use?: string; family?: string; given?: string[]; text?: string }[];
  birthDate?: string;
  gender?: string;
  deceasedBoolean?: boolean;
  deceasedDateTime?: string;
}
interface Bundle { entry?: { resource: FhirPatient & { resourceType: string } }[] }

const atOnce = 50;

export function personOf(patient: FhirPatient): Person {
  const name = patient.name?.find((one) => one.use === 'official') ?? patient.name?.[0];
  const birth = patient.birthDate ?? '', gender = patient.gender ?? '';
  const aged = patient.deceasedDateTime || patient.deceasedBoolean ? 'deceased' : age(birth, today());
  return {
    id: patient.id, birth, gender,
    name: personName(name && { family: name.family, given: name.given?.join(' '), text: name.text }),
    line: [birth && day(birth), aged, gender].filter(Boolean).join(' · '),
  };
}

async function ask(ids: readonly string[], signal: AbortSignal): Promise<Person[]> {
  const path = `/fhir/Patient?_id=${ids.map(encodeURIComponent).join(',')}&_count=${atOnce}&_elements=name,birthDate,gender,deceased`;
  const { body } = await get<Bundle>(path, { signal });
  return (body.entry ?? []).map((entry) => entry.resource).filter((one) => one.resourceType === 'Patient').map(personOf);
}

// Grows as the names come; who is not in it is not known (yet).
export function usePeople(ids: readonly string[]): People {
  const [people, setPeople] = useState<People>(new Map());
  const wanted = [...new Set(ids)].filter((id) => !people.has(id));
  const key = [...new Set(ids)].join(' ');
  useEffect(() => {
    const stop = new AbortController();
    const load = async () => {
      for (let from = 0; from < wanted.length; from += atOnce) {
        const found = await ask(wanted.slice(from, from + atOnce), stop.signal);
        setPeople((before) => new Map([...before, ...found.map((one) => [one.id, one] as const)]));
      }
    };
    load().catch(() => undefined);  // the ids stay, which are links
    return () => stop.abort();
  }, [key]);
  return people;
}
