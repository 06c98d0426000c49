// What senders sent and this node did not take, by reason, since it began.
import { Nothing, Section } from '../parts/section.tsx';
import { perSecond } from './figure_text.ts';
import { rate, sum, type Reading } from './prometheus.ts';

const counter = 'ingest_refusals_total';
// The codes of our refusals, as the senders' answers have them.
const words: Readonly<Record<string, string>> = {
  invalid: 'not readable as what it claims to be (400)', unsupported: 'a form that is not known here (400)', too_large: 'too large (413)',
  unprocessable: 'readable, but breaks a rule (422)', not_found: 'refers to what is not there (404)', gone: 'refers to what was deleted (410)',
  conflict: 'contradicts what is there (409)', precondition_failed: 'changed meanwhile (412)', forbidden: 'not allowed (403)',
  overloaded: 'too much at a time (429)', unavailable: 'the node could not take it (503)', outcome_unknown: 'outcome not known in time (504)', corrupt: 'bytes of ours do not verify (500)',
};

export function RefusalsPart({ readings }: { readings: readonly Reading[] }) {
  const now = readings.at(-1), before = readings.at(-6) ?? readings[0];
  if (!now) return null;
  const codes = now.samples.filter(({ name, value }) => name === counter && value > 0).sort((a, b) => b.value - a.value).map(({ labels }) => labels.code ?? '');
  const rejected = sum(now.samples, 'worker_commits_total', ({ verdict }) => verdict === 'refused');
  return (
    <Section title="Refused" note="requests, entries and lines, since the node began">
      {codes.length === 0 && <Nothing>Nothing that was sent has been refused.</Nothing>}
      {codes.length > 0 && (
        <table aria-label="Refused, by reason">
          <thead><tr><th>Reason</th><th class="number">Refused</th><th class="number">Now</th></tr></thead>
          <tbody>
            {codes.map((code) => {
              const wanted = (labels: Readonly<Record<string, string>>) => labels.code === code;
              return <tr key={code}><td>{words[code] ?? code} <span class="id small">{code}</span></td><td class="number">{sum(now.samples, counter, wanted)}</td><td class="number">{perSecond(rate(before, now, counter, wanted))}</td></tr>;
            })}
          </tbody>
        </table>
      )}
      {rejected > 0 && <p class="quiet small">{rejected} commits were refused in the order of the log: they stay on it, with their outcome.</p>}
    </Section>
  );
}
