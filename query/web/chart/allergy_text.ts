// An allergy in one line: to what, how it shows, how grave, and any doubt.
import { coded } from '../text/word.ts';
import type { Item } from './types.ts';

export function allergyText(item: Item): string {
  const reactions = (item.reactions ?? []).map((one) => [coded(one.manifestation), one.severity].filter(Boolean).join(', ')).filter(Boolean);
  const risk = item.criticality && item.criticality !== 'low' ? `${item.criticality} risk` : '';
  const state = item.verification === 'refuted' ? 'refuted' : item.status && item.status !== 'active' ? item.status : item.verification === 'unconfirmed' ? 'unconfirmed' : '';
  const more = [...reactions, risk, state].filter(Boolean).join('; ');
  return coded(item.code, 'not coded') + (more ? ` (${more})` : '');
}
