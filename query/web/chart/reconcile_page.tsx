// Medication lists side by side: a row a drug, a column a source, a decision for each line in force.
// All of them are signed as one.
import { useState } from 'preact/hooks';
import { useAnswer } from '../parts/answer.ts';
import { Chip } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { day, namedDates } from '../text/date.ts';
import { dose } from '../text/number.ts';
import { coded, plain } from '../text/word.ts';
import type { ChartStore, ChartView } from './chart_store.ts';
import type { Test } from './results.ts';
import { decisions, isComplete, keyOfRow, open, reconciliation, type Cell, type Decided, type Decision, type ListText, type ProposedRow, type Proposal } from './write/reconciliation.ts';
import { SignDialog } from './write/sign_dialog.tsx';
import { go } from '../router.ts';

const listName = (list: ListText) => `${list.kind}${list.sent_by ? ` by ${list.sent_by}` : list.here ? ' here' : ''}`;

function CellText({ cell }: { cell: Cell }) {
  return (
    <div class={cell.needs_decision ? undefined : 'quiet'}>
      {[cell.strength, dose(cell.says.dose)].filter(Boolean).join(', ') || 'no dose'}
      <div class="quiet small">{[plain(cell.says.status), day(cell.says.start)].filter(Boolean).join(', ')}{cell.known_by === 'words' ? ', known by its words only' : ''}</div>
    </div>
  );
}

interface DecideProps { row: ProposedRow; name: string; decided: Decided; change(part: Partial<Decided>): void }

function Decide({ row, name, decided, change }: DecideProps) {
  const wanted = decided.decision === 'change' ? 'New dose' : decided.decision === 'stop' || decided.decision === 'hold' || decided.decision === 'not-taking' ? 'Reason' : null;
  return (
    <>
      <select aria-label={`Decision on ${name}`} value={decided.decision} onChange={(event) => change({ decision: event.currentTarget.value as Decision })}>
        <option value="">Decide</option>
        {decisions.map((one) => <option value={one}>{plain(one)}</option>)}
      </select>
      {wanted && <label class="small">{wanted}<input type="text" value={decided.text} onInput={(event) => change({ text: event.currentTarget.value })} /></label>}
      {row.to_be_confirmed_by_a_person && <label class="tick small"><input type="checkbox" checked={decided.confirmed} onChange={() => change({ confirmed: !decided.confirmed })} /> They are the same drug</label>}
    </>
  );
}

function Row({ row, lists, decided, change }: { row: ProposedRow; lists: ListText[]; decided: Decided; change(part: Partial<Decided>): void }) {
  const name = coded(row.drug, 'a line without a code');
  return (
    <tr>
      <th scope="row">
        <div class="drug">{name}</div>
        {row.differs.map((one) => <Chip tone="warn">{one}</Chip>)}
        <div class="quiet small">{namedDates(row.because)}</div>
      </th>
      {lists.map((list, i) => <td data-label={`${listName(list)}, last ${day(list.last_date?.slice(0, 10))}`}>{row.cells.filter((cell) => cell.list === i).slice(0, 2).map((cell) => <CellText cell={cell} />)}</td>)}
      <td data-label="Decision">{row.needs_decision ? <Decide row={row} name={name} decided={decided} change={change} /> : <span class="quiet">no decision wanted</span>}</td>
    </tr>
  );
}

interface Props { patient: string; base: string; view: ChartView; tests: Test[]; store: ChartStore }

export function ReconcilePage({ patient, base, view, tests, store }: Props) {
  const proposal = useAnswer<Proposal>(`/charts/${encodeURIComponent(patient)}/reconciliations/proposal`);
  const [decided, setDecided] = useState<Record<string, Decided>>({});
  // The position of the lists as they stood when they were about to be signed: lists that are asked for
  // again after somebody was faster must not hide who that was.
  const [signing, setSigning] = useState<string | null>(null);
  if (proposal.error) return <ErrorPanel error={proposal.error} retry={proposal.again} />;
  if (!proposal.body) return null;
  const { lists, rows, position, notice } = proposal.body;
  const wanted = rows.filter((row) => row.needs_decision);
  const left = wanted.filter((row) => !isComplete(row, decided[keyOfRow(row)] ?? open)).length;
  const change = (key: string, part: Partial<Decided>) => setDecided({ ...decided, [key]: { ...(decided[key] ?? open), ...part } });
  const written = (least: string | null) => {
    setSigning(null);
    void store.load(least);
    go(`${base}/medications`);
  };
  return (
    <Section title="Reconcile the lists" count={wanted.length} note={notice}>
      {rows.length === 0 && <Nothing>There is no line to reconcile.</Nothing>}
      {rows.length > 0 && (
        <div class="grid" tabIndex={0} role="region" aria-label="Lists side by side">
          <table class="reconcile stacked">
            <thead><tr><th scope="col">Drug</th>{lists.map((list) => <th scope="col"><span class="block">{listName(list)}</span><span class="block">last {day(list.last_date?.slice(0, 10))}</span></th>)}<th scope="col">Decision</th></tr></thead>
            <tbody>{rows.map((row) => <Row key={keyOfRow(row)} row={row} lists={lists} decided={decided[keyOfRow(row)] ?? open} change={(part) => change(keyOfRow(row), part)} />)}</tbody>
          </table>
        </div>
      )}
      {wanted.length > 0 && <p><button type="button" class="primary" disabled={left > 0} onClick={() => setSigning(position)}>Sign the list</button> <span class="quiet" role="status">{left > 0 ? `${left} without a decision` : 'All lines are decided.'}</span></p>}
      {signing !== null && (
        <SignDialog title="Sign the reconciled list" act="Sign" chart={view.chart!} tests={tests} since={signing} ready={left === 0} close={() => setSigning(null)} written={written}
          build={() => reconciliation(patient, proposal.body!, decided)} overtaken={proposal.again}>
          <ul>{wanted.map((row) => { const own = decided[keyOfRow(row)] ?? open; return <li><strong>{plain(own.decision) || 'without a decision'}</strong> {coded(row.drug, 'a line without a code')}{own.text && `: ${own.text}`}</li>; })}</ul>
        </SignDialog>
      )}
    </Section>
  );
}
