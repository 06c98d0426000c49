// SubscriptionStatus of the backport, as Parameters in a Bundle.
interface Parameter { name: string; valueReference?: { reference: string }; valueCanonical?: string; valueCode?: string; valueString?: string; valueCodeableConcept?: { text?: string } }
export interface StatusBundle { entry?: { resource: { parameter?: Parameter[] } }[] }
export interface SubscriptionStatus { id: string; topic: string; status: string; events: number; error: string }

function statusIn(parameters: readonly Parameter[]): SubscriptionStatus {
  const of = (name: string) => parameters.find((one) => one.name === name);
  return {
    id: of('subscription')?.valueReference?.reference.split('/').at(-1) ?? '', topic: of('topic')?.valueCanonical?.split('/').at(-1) ?? '',
    status: of('status')?.valueCode ?? '', events: Number(of('events-since-subscription-start')?.valueString ?? 0), error: of('error')?.valueCodeableConcept?.text ?? '',
  };
}

// Those in error first.
export function statusesIn(bundle: StatusBundle | null): SubscriptionStatus[] {
  const all = (bundle?.entry ?? []).map((entry) => statusIn(entry.resource.parameter ?? []));
  return all.sort((a, b) => Number(b.status === 'error') - Number(a.status === 'error') || a.id.localeCompare(b.id));
}
