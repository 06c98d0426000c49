// The patients of a figure, a page at a time.
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePages } from '../parts/pages_of.ts';
import { usePeople } from '../parts/people.ts';
import { Nothing } from '../parts/section.tsx';
import { membersPath, type Cell } from './addresses.ts';
import { CellHead } from './cell_head.tsx';
import { memberHead, memberRows, MemberTable } from './member_table.tsx';
import { populationWord } from './measure_text.ts';
import type { Members } from './types.ts';
import { useMeasure } from './use_measure.ts';

const atOnce = 50;

export function MembersPage({ cell, population }: { cell: Cell; population: string }) {
  const measure = useMeasure(cell);
  const list = usePages<Members>(membersPath(cell, population, atOnce));
  const members = list.pages.flatMap((page) => page.patients);
  const people = usePeople(members.map((one) => one.patient));
  const done = list.pages.length > 0;
  return (
    <>
      <CellHead cell={cell} measure={measure} title={populationWord(population)} />
      <div class="toolbar">
        <span class="quiet">{done && `${members.length}${list.next ? ' shown, more are there' : ` patient${members.length === 1 ? '' : 's'}`}`}</span>
        <CsvButton name={`${measure.name}-${population}`} head={memberHead} disabled={!done} rows={() => memberRows(cell, population, members, people)} />
      </div>
      {list.error && <ErrorPanel error={list.error} retry={list.again} />}
      {!done && !list.error && <p class="quiet">Asking …</p>}
      {done && members.length === 0 && <Nothing>Nobody is in it.</Nothing>}
      {members.length > 0 && <MemberTable members={members} people={people} cell={cell} />}
      {list.next && <p><button type="button" disabled={list.loading} onClick={list.more}>{list.loading ? 'Asking …' : `${atOnce} more`}</button></p>}
    </>
  );
}
