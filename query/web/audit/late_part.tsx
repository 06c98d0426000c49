// How long after the time they speak of things were recorded: by type, site and author.
import { withParameters } from '../api.ts';
import { useAnswer } from '../parts/answer.ts';
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing } from '../parts/section.tsx';
import { typeWord } from '../text/word.ts';
import { lasting } from './audit_text.ts';
import { Filters } from './filters.tsx';
import { ask, type Asked } from './parameters.ts';
import { PatientBox } from './patient_box.tsx';
import type { LateLine, LateReport } from './types.ts';

const head = ['type', 'site', 'author', 'recorded', 'ahead', 'undated', 'median_seconds', 'ninetieth_seconds', 'longest_seconds'];

function Table({ lines }: { lines: readonly LateLine[] }) {
  return (
    <div class="wide-table" role="region" aria-label="Late entries" tabIndex={0}>
      <table class="late stacked">
        <thead><tr><th>Type</th><th>Site</th><th>Author</th><th class="number">Recorded (n)</th><th class="number">Median</th><th class="number">90% within</th><th class="number">Longest</th><th class="number">Ahead of time</th><th class="number">Undated</th></tr></thead>
        <tbody>
          {lines.map((one) => (
            <tr key={`${one.type} ${one.site} ${one.actor}`}>
              <td class="upper">{typeWord(one.type)}</td><td data-label="Site">{one.site || <span class="quiet">not named</span>}</td><td data-label="Author">{one.actor || <span class="quiet">not named</span>}</td>
              <td class="number" data-label="Recorded (n)">{one.recorded}</td><td class="number" data-label="Median">{one.recorded > one.ahead && lasting(one.median_seconds)}</td><td class="number" data-label="90% within">{one.recorded > one.ahead && lasting(one.ninetieth_seconds)}</td><td class="number" data-label="Longest">{one.recorded > one.ahead && lasting(one.longest_seconds)}</td>
              <td class="number" data-label="Ahead of time">{one.ahead}</td><td class="number" data-label="Undated">{one.undated}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function LatePart({ asked }: { asked: Asked }) {
  const answer = useAnswer<LateReport>(withParameters('/audit/late', { patient: asked.patient, type: asked.type, site: asked.site, actor: asked.actor, from: asked.from, to: asked.to }));
  const lines = [...(answer.body?.lines ?? [])].sort((a, b) => b.ninetieth_seconds - a.ninetieth_seconds);
  return (
    <>
      <header class="page-head"><h1>Late entries</h1><p class="quiet">Recorded minus effective, of what was recorded for the first time; most late first. A record brought from elsewhere is late by nature.</p></header>
      <PatientBox patient={asked.patient ?? ''} choose={(patient) => ask(asked, { patient })} />
      <Filters asked={asked} fields={['from', 'to', 'type', 'site', 'actor']} />
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      {!answer.body && !answer.error && <p class="quiet">Reading the log …</p>}
      {answer.body && <div class="toolbar"><span class="quiet">{lines.reduce((sum, one) => sum + one.recorded + one.undated, 0)} resources</span><CsvButton name="late-entries" head={head} rows={() => lines.map((one) => [one.type, one.site, one.actor, one.recorded, one.ahead, one.undated, one.median_seconds, one.ninetieth_seconds, one.longest_seconds])} /></div>}
      {answer.body && lines.length === 0 && <Nothing>Nothing was recorded.</Nothing>}
      {lines.length > 0 && <Table lines={lines} />}
    </>
  );
}
