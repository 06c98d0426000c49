// What a user had been shown by a moment: each document in the version that was on the screen then.
import { useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { flat } from '../chart/version_diff.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePeople } from '../parts/people.ts';
import { Nothing, Section } from '../parts/section.tsx';
import { namedDates, recorded } from '../text/date.ts';
import { typeWord } from '../text/word.ts';
import { AccessRow } from './access_part.tsx';
import { Filters } from './filters.tsx';
import { RemovedNote } from './removed_note.tsx';
import { resourceName } from './resource_name.ts';
import type { Asked } from './parameters.ts';
import type { Screen, Shown } from './types.ts';

const accessesMax = 50;

// Its elements are drawn once it is opened: hundreds of documents may have been shown.
function Document({ shown }: { shown: Shown }) {
  const [open, setOpen] = useState(false);
  const fields = open && shown.document ? [...flat(shown.document)].filter(([path]) => !/\.data$|system$/.test(path)) : [];
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary><strong>{resourceName(shown.document) || typeWord(shown.type)}</strong> <span class="quiet">{typeWord(shown.type)}, version {shown.version}, shown {recorded(shown.last_shown)}</span></summary>
        {open && (shown.document ? <dl class="fields">{fields.slice(0, 200).map(([path, value]) => <div key={path}><dt>{path}</dt><dd>{namedDates(value)}</dd></div>)}</dl> : <p class="quiet">Not there any more: {shown.because}</p>)}
      </details>
    </li>
  );
}

function Answer({ screen }: { screen: Screen }) {
  const listed = screen.accesses.slice(0, accessesMax);
  const people = usePeople(listed.flatMap((one) => one.patients.slice(0, 3)));
  return (
    <>
      <Section title="Shown" count={screen.shown.length} note={`to ${screen.agent}, from ${recorded(screen.from)} to ${recorded(screen.at)}${screen.more ? '; more was shown than is listed' : ''}`}>
        {screen.shown.length === 0 && <Nothing>No document was shown in that time.</Nothing>}
        <ul class="shown">{screen.shown.map((one) => <Document key={`${one.type}/${one.id}/${one.version}`} shown={one} />)}</ul>
      </Section>
      <Section title="By these accesses" count={screen.accesses.length}>
        {listed.length === 0 && <Nothing>Nothing was asked for.</Nothing>}
        <table class="accesses stacked" aria-label="Accesses" hidden={listed.length === 0}>
          <thead><tr><th>Time</th><th>Who</th><th>What</th><th>Patients</th><th>Asked</th></tr></thead>
          <tbody>{listed.map((one) => <AccessRow key={one.id} access={one} people={people} withPatients />)}</tbody>
        </table>
        {screen.accesses.length > accessesMax && <p class="quiet small">The newest {accessesMax}; a shorter time shows all.</p>}
      </Section>
    </>
  );
}

export function ScreenPart({ asked }: { asked: Asked }) {
  const path = asked.agent && asked.at ? withParameters('/audit/screen', { agent: asked.agent, at: asked.at, minutes: asked.minutes || 30, _count: 100 }) : null;
  const answer = useAnswer<Screen>(path);
  return (
    <>
      <header class="page-head"><h1>What a user saw</h1><p class="quiet">All that was on a user's screen in the minutes up to a moment, in the versions of then.</p></header>
      <Filters asked={{ minutes: '30', ...asked }} fields={['agent', 'at', 'minutes']} button="Show" />
      {!path && <Nothing>Write who and when; times are on your clock.</Nothing>}
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      {path && answer.loading && !answer.body && <p class="quiet">Asking …</p>}
      <RemovedNote before={path ? answer.body?.removed_before : undefined} />
      {path && answer.body && <Answer screen={answer.body} />}
    </>
  );
}
