// What a resource is about, in its sender's words.
import { coded, personName, type Coded } from '../text/word.ts';

interface Concept { text?: string; coding?: Coded[] }

export function resourceName(resource: Record<string, unknown> | null | undefined): string {
  if (!resource) return '';
  if (resource.resourceType === 'Patient') {
    const name = (resource.name as { family?: string; given?: string[] }[] | undefined)?.[0];
    return personName(name && { family: name.family, given: name.given?.join(' ') });
  }
  const first = (value: unknown) => (Array.isArray(value) ? value[0] : value) as Concept | undefined;
  const concept = first(resource.code ?? resource.medicationCodeableConcept ?? resource.vaccineCode ?? resource.type);
  return typeof concept === 'object' ? coded(concept.coding?.[0], concept.text ?? '') : '';
}
