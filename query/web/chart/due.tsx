// Vaccines and screenings: what is due, and what cannot be decided for want of a fact.
import { Chip, type Tone } from '../parts/chip.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { day, namedDates } from '../text/date.ts';
import type { Prevention } from './types.ts';

export interface Due { name: string; state: string; when: string; why: string; kind: 'vaccine' | 'screening'; source: string }

const urgency = ['overdue', 'due', 'due soon', 'cannot decide', 'not yet due', 'satisfied', 'declined', 'contraindicated', 'not applicable'];
const tones: Readonly<Record<string, Tone>> = { overdue: 'danger', due: 'warn', 'due soon': 'warn', satisfied: 'good' };

export function dueOf(prevention: Prevention): Due[] {
  const vaccines = prevention.immunizations.flatMap((schedule) => schedule.groups.map((group): Due => ({
    name: group.group + (group.dose ? `, dose ${group.dose}` : ''), state: group.state, when: group.recommended ?? '', kind: 'vaccine',
    why: group.missing ? `missing: ${group.missing.join(', ')}` : group.shared_decision ? 'for a talk with the patient' : group.reasons?.join('; ') ?? '',
    source: `${schedule.issuer} ${schedule.version}`,
  })));
  const screenings = prevention.screenings.flatMap((issuer) => issuer.rules.map((rule): Due => ({
    name: rule.name, state: rule.state, when: rule.due ?? rule.last_done ?? '', kind: 'screening',
    why: rule.missing ? `missing: ${rule.missing.join(', ')}` : rule.reasons?.join('; ') ?? '', source: `${issuer.issuer}, grade ${rule.grade}`,
  })));
  return [...vaccines, ...screenings].sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state) || a.when.localeCompare(b.when));
}

export function DueTable({ items, label, brief = false }: { items: Due[]; label: string; brief?: boolean }) {
  return (
    <table aria-label={label}>
      <tbody>
        {items.map((item) => (
          <tr key={item.kind + item.name + item.source}>
            <td><div>{item.name}</div>{!brief && item.why && <div class="quiet small">{namedDates(item.why)}</div>}</td>
            {!brief && <td class="quiet small nowrap">{item.source}</td>}
            <td class="right"><Chip tone={tones[item.state] ?? 'plain'}>{item.state}</Chip> <span class="quiet nowrap">{item.when && `${day(item.when)}`}</span></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export const isOpen = (item: Due) => item.state === 'overdue' || item.state === 'due' || item.state === 'due soon';

export function DueBrief({ prevention, more }: { prevention: Prevention; more: string }) {
  const open = dueOf(prevention).filter(isOpen);
  return (
    <Section title="Due" count={open.length} note="not clinically reviewed" actions={<a href={more}>All</a>}>
      {open.length === 0 ? <Nothing>Nothing is due.</Nothing> : <DueTable items={open} label="Due vaccines and screenings" brief />}
    </Section>
  );
}
