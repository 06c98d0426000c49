// What is typed into the one box, as a search of Patient: dates are birth dates, words with digits
// are identifiers, all others begin words of the name.
import { withParameters } from './api.ts';
import { typedDay } from './text/date.ts';

interface Typed { names: string[]; birth: string | null; identifier: string | null }

// A date may be several words: "4 jun 1960". The longest run of words that is one counts.
function takeDate(words: string[]): { birth: string | null; rest: string[] } {
  for (let size = Math.min(3, words.length); size > 0; --size) {
    for (let at = 0; at + size <= words.length; ++at) {
      const birth = typedDay(words.slice(at, at + size).join(' '));
      if (birth) return { birth, rest: [...words.slice(0, at), ...words.slice(at + size)] };
    }
  }
  return { birth: null, rest: words };
}

export function readTyped(text: string): Typed {
  const words = text.replace(/,/g, ' ').split(/\s+/).filter(Boolean);
  const { birth, rest } = takeDate(words);
  return {
    birth,
    identifier: rest.find((word) => /\d/.test(word)) ?? null,
    names: rest.filter((word) => !/\d/.test(word)),
  };
}

// Null: too little to ask with. `count` at most so many.
export function findPath(text: string, count: number): string | null {
  const typed = readTyped(text);
  const enough = typed.birth || typed.identifier || typed.names.some((name) => name.length > 1);
  if (!enough) return null;
  const names = typed.names.map((name) => `name=${encodeURIComponent(name)}`).join('&');
  return withParameters(`/fhir/Patient?${names ? `${names}&` : ''}_elements=name,birthDate,gender,identifier,deceased`, {
    birthdate: typed.birth, identifier: typed.identifier, _count: count,
  });
}
