// Lines of the medication list, state by state, as the node has put them together.
import { Chip } from '../parts/chip.tsx';
import { day, namedDates, recorded } from '../text/date.ts';
import { dose } from '../text/number.ts';
import { coded, plain, wholeCode } from '../text/word.ts';
import { useArrived } from './context.ts';
import { keyOf, type Alert, type MedicationLine, type MedicationState } from './types.ts';
import { ValueButton } from './value_button.tsx';
import { orderToChange, orderToRenew, sourceToStop } from './write/source.ts';
import { useOpenForm, type Form } from './write/writing.tsx';

export const stateTitles: Readonly<Record<MedicationState, string>> = {
  active: 'Active', on_hold: 'On hold', may_still_be_taking: 'May still be taking', planned: 'Planned', draft: 'Drafts', unknown: 'State not known',
  not_taking: 'Not taking', avoid: 'To be avoided', given: 'Given once', past: 'Past', cancelled: 'Cancelled',
};

const sourceWords: Readonly<Record<string, string>> = { order: 'ordered', statement: 'reported', dispense: 'dispensed', administration: 'given' };

// Alerts in force that rest on one of the line's resources.
export function alertsOf(line: MedicationLine, alerts: readonly Alert[]): Alert[] {
  const own = new Set(line.rests_on.map(keyOf));
  return alerts.filter((alert) => alert.state === 'in_force' && alert.rests_on.some((source) => own.has(keyOf(source))));
}

const tones = { stop: 'danger', warn: 'warn', note: 'plain' } as const;
const tierWords = { stop: 'Stop', warn: 'Warning', note: 'Note' } as const;

export function AlertChips({ alerts }: { alerts: readonly Alert[] }) {
  const serious = alerts.filter((alert) => alert.tier !== 'note');
  const notes = alerts.length - serious.length;
  return (
    <>
      {serious.map((alert) => <Chip tone={tones[alert.tier]} title={namedDates(`${alert.summary}. ${alert.detail}`)}>{tierWords[alert.tier]}: {plain(alert.kind)}</Chip>)}
      {notes > 0 && <Chip title={alerts.filter((alert) => alert.tier === 'note').map((alert) => namedDates(alert.detail)).join('\n')}>{notes} note{notes === 1 ? '' : 's'}</Chip>}
    </>
  );
}

function Marks({ line, label }: { line: MedicationLine; label: string }) {
  return (
    <>
      {line.state !== 'active' && stateTitles[line.state] !== label && <Chip tone="past">{stateTitles[line.state]}</Chip>}
      {line.not_checkable && <Chip tone="warn" title={line.not_checkable}>Not checkable</Chip>}
      {(line.disagreements ?? []).length > 0 && <Chip tone="warn" title={line.disagreements?.join('\n')}>Sources disagree</Chip>}
      {(line.marks ?? []).map((mark) => <Chip>{mark}</Chip>)}
    </>
  );
}

function When({ line }: { line: MedicationLine }) {
  const until = line.end ? ` – ${day(line.end)}` : '';
  return (
    <>
      <span class="nowrap">{line.start ? `${line.state === 'past' ? '' : 'since '}${day(line.start)}${until}` : 'no start recorded'}</span>
      {line.last_dispensed && <span class="quiet nowrap">dispensed {day(line.last_dispensed)}</span>}
    </>
  );
}

const acts = [
  { kind: 'renew', word: 'Renew', source: orderToRenew }, { kind: 'change', word: 'Change', source: orderToChange }, { kind: 'stop', word: 'Stop', source: sourceToStop },
] as const;

function Acts({ line, open }: { line: MedicationLine; open(form: Form): void }) {
  return <>{acts.filter((act) => act.source(line)).map((act) => <button type="button" class="plain" aria-label={`${act.word} ${coded(line.drug)}`} onClick={() => open({ kind: act.kind, line })}>{act.word}</button>)}</>;
}

interface Props { lines: MedicationLine[]; alerts: readonly Alert[]; label: string }

export function MedicationRows({ lines, alerts, label }: Props) {
  const arrived = useArrived();
  const open = useOpenForm();
  return (
    <table class="medications" aria-label={label}>
      <tbody>
        {lines.map((line) => {
          const [source] = line.rests_on;
          return (
            <tr key={source ? keyOf(source) : line.drug?.code} class={arrived(line.rests_on)}>
              <td>
                <div class="drug">{source
                  ? <ValueButton source={source} title={wholeCode(line.drug)}>{coded(line.drug, 'not coded')}</ValueButton>
                  : coded(line.drug, 'not coded')}</div>
                <div class="quiet">{dose(line.dose) || 'dose not recorded'}{line.state !== 'active' && line.because ? ` · ${namedDates(line.because)}` : ''}</div>
              </td>
              <td class="chips"><AlertChips alerts={alertsOf(line, alerts)} /><Marks line={line} label={label} /></td>
              <td class="when">
                <When line={line} />
                <span class="quiet nowrap" title={line.last_confirmed ? `last confirmed ${recorded(line.last_confirmed)}` : undefined}>
                  {sourceWords[line.source ?? ''] ?? line.source}{line.by?.display ? ` by ${line.by.display}` : ''}
                </span>
              </td>
              {open && <td class="right no-print acts"><Acts line={line} open={open} /></td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
