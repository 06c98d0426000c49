// Vaccines given, and where the patient stands with each schedule and screening; open care gaps of
// the measures that are loaded.
import { Nothing, Section } from '../parts/section.tsx';
import { VirtualList } from '../parts/virtual_list.tsx';
import { moment } from '../text/date.ts';
import { coded } from '../text/word.ts';
import { CareGaps } from './care_gaps.tsx';
import type { ChartView } from './chart_store.ts';
import { useArrived, useChartContext } from './context.ts';
import { dueOf, DueTable } from './due.tsx';
import { keyOf } from './types.ts';
import { ValueButton } from './value_button.tsx';

export function PreventionPage({ view }: { view: ChartView }) {
  const { patient, asOf, at } = useChartContext();
  const arrived = useArrived();
  const due = view.prevention ? dueOf(view.prevention) : [];
  const applies = due.filter((item) => item.state !== 'not applicable');
  const given = view.chart!.immunizations.items;
  return (
    <div class="columns">
      <div>
        {view.partErrors.prevention && <p class="panel danger">{view.partErrors.prevention}</p>}
        {view.prevention && (
          <>
            <Section title="Vaccines by schedule" note={view.prevention.notice}><DueTable label="Vaccines" items={applies.filter((item) => item.kind === 'vaccine')} /></Section>
            <Section title="Screenings"><DueTable label="Screenings" items={applies.filter((item) => item.kind === 'screening')} /></Section>
            <p class="quiet small">{due.length - applies.length} do not apply to this patient.</p>
          </>
        )}
      </div>
      <div>
        {at ? <Nothing>Measures are not judged about another day.</Nothing> : <CareGaps patient={patient} asOf={asOf} />}
        <Section title="Immunizations given" count={given.length}>
          {given.length === 0 && <Nothing>None is recorded.</Nothing>}
          <VirtualList items={given} rowHeight={46} height={640} label="List: Immunizations given" keyOf={keyOf} row={(item) => (
            <div class={`line-item ${arrived([item]) ?? ''}`}>
              <ValueButton source={item}>{coded(item.code, 'not coded')}</ValueButton>
              <span class="quiet small">{[moment(item.time) || item.time_text, item.status === 'completed' ? '' : item.status, item.lot && `lot ${item.lot}`].filter(Boolean).join(' · ')}</span>
            </div>
          )} />
        </Section>
      </div>
    </div>
  );
}
