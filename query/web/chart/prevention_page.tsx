// Vaccines given, and where the patient stands with each schedule and screening; open care gaps of
// the measures that are loaded.
import { useAnswer } from '../parts/answer.ts';
import { Nothing, Section } from '../parts/section.tsx';
import { VirtualList } from '../parts/virtual_list.tsx';
import { today } from '../text/age.ts';
import { moment } from '../text/date.ts';
import { coded } from '../text/word.ts';
import type { ChartView } from './chart_store.ts';
import { useArrived, useChartContext } from './context.ts';
import { dueOf, DueTable } from './due.tsx';
import { ValueButton } from './value_button.tsx';

interface Gaps { entry?: { resource: { resourceType: string; section?: { title?: string; text?: { div?: string } }[]; title?: string } }[]; parameter?: { resource: { entry?: { resource: Record<string, unknown> }[] } }[] }
interface Issue { id: string; status?: string; modifierExtension?: { valueCodeableConcept?: { coding?: { code?: string; display?: string }[] } }[]; code?: { text?: string; coding?: { display?: string; code?: string }[] }; detail?: string }

function issuesOf(gaps: Gaps | null): Issue[] {
  const bundles = (gaps?.parameter ?? []).map((one) => one.resource);
  return bundles.flatMap((bundle) => bundle.entry ?? []).map((entry) => entry.resource as unknown as Issue & { resourceType: string }).filter((one) => one.resourceType === 'DetectedIssue');
}

function CareGaps({ patient }: { patient: string }) {
  const year = today().slice(0, 4);
  const loaded = useAnswer<{ measures: unknown[] }>('/measures');
  const any = (loaded.body?.measures.length ?? 0) > 0;
  const gaps = useAnswer<Gaps>(any ? `/fhir/Measure/$care-gaps?subject=Patient/${patient}&status=open-gap&periodStart=${year}-01-01&periodEnd=${year}-12-31` : null);
  if (!any) return null;
  const issues = issuesOf(gaps.body);
  return (
    <Section title="Care gaps" count={issues.length} note="not clinically reviewed">
      {gaps.error && <p class="panel danger">{gaps.error.message}</p>}
      {gaps.body && issues.length === 0 && <Nothing>No measure has an open gap.</Nothing>}
      <ul>{issues.map((issue) => <li key={issue.id}>{issue.code?.text ?? issue.code?.coding?.[0]?.display ?? issue.detail ?? 'open gap'}</li>)}</ul>
    </Section>
  );
}

export function PreventionPage({ view }: { view: ChartView }) {
  const { asOf, patient } = useChartContext();
  const arrived = useArrived();
  const due = view.prevention ? dueOf(view.prevention) : [];
  const applies = due.filter((item) => item.state !== 'not applicable');
  const given = view.chart!.immunizations.items;
  return (
    <div class="columns">
      <div>
        {asOf && <Nothing>Schedules are judged as of now only.</Nothing>}
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
        {!asOf && <CareGaps patient={patient} />}
        <Section title="Immunizations given" count={given.length}>
          {given.length === 0 && <Nothing>None is recorded.</Nothing>}
          <VirtualList items={given} rowHeight={46} height={640} label="List: Immunizations given" row={(item) => (
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
