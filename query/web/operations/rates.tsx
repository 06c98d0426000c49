// What comes in and what is asked, a second, over the last minutes.
import { Sparkline } from '../parts/sparkline.tsx';
import { Section } from '../parts/section.tsx';
import { bytes, duration, perSecond } from './figure_text.ts';
import { quantile, rate, sum, type Reading, type Sample } from './prometheus.ts';

type Labels = Sample['labels'];
const steps = 5;  // readings between two that are compared: ten seconds
const isRead = ({ method, route }: Labels) => (method === 'GET' || method === 'HEAD') && !/^\/(metrics|health|assets)/.test(route ?? '');
const isServerError = ({ status }: Labels) => (status ?? '').startsWith('5') && status !== '503';
const isTurnedAway = ({ status }: Labels) => status === '429' || status === '503';

const figures: readonly { word: string; name: string; wanted?: (labels: Labels) => boolean; text: (value: number | null) => string; what: string }[] = [
  { word: 'Commits accepted', name: 'ingest_commits_total', wanted: ({ outcome }) => outcome === 'accepted', text: perSecond, what: 'written by this node' },
  { word: 'Events applied', name: 'worker_events_applied_total', wanted: ({ effect }) => effect !== 'none', text: perSecond, what: 'in the read models' },
  { word: 'Log', name: 'log_appended_bytes_total', text: (value) => (value === null ? '–' : `${bytes(value)}/s`), what: 'appended' },
  { word: 'Queries', name: 'http_requests_total', wanted: isRead, text: perSecond, what: 'reads and searches, without figures' },
  { word: 'Turned away', name: 'http_requests_total', wanted: isTurnedAway, text: perSecond, what: '429 and 503' },
  { word: 'Failed', name: 'http_requests_total', wanted: isServerError, text: perSecond, what: 'other 5xx' },
];

function Latency({ readings }: { readings: readonly Reading[] }) {
  const now = readings.at(-1), before = readings.at(0);
  if (!now || !before || now === before) return null;
  const of = (share: number) => duration(quantile(now.samples, 'http_request_seconds', share, undefined, before.samples));
  return <div><dt>Answered within</dt><dd class="big">{of(0.5)}</dd><dd class="quiet small">half; 99% within {of(0.99)}, all routes, since this page was opened</dd></div>;
}

export function Rates({ readings }: { readings: readonly Reading[] }) {
  const now = readings.at(-1);
  const before = readings.at(-1 - steps) ?? readings[0];
  return (
    <Section title="Rates" note="over ten seconds, read every two">
      <dl class="figures">
        {figures.map(({ word, name, wanted, text, what }) => {
          const course = readings.slice(1).map((reading, i) => rate(readings[i], reading, name, wanted) ?? 0);
          return (
            <div key={word}>
              <dt>{word}</dt>
              <dd class="big">{text(rate(before, now, name, wanted))}</dd>
              <dd class="quiet small">{what}; {name.endsWith('bytes_total') ? bytes(now ? sum(now.samples, name, wanted) : 0) : now ? sum(now.samples, name, wanted) : 0} in all</dd>
              <dd><Sparkline values={course} width={110} height={20} /></dd>
            </div>
          );
        })}
        <Latency readings={readings} />
      </dl>
    </Section>
  );
}
