// Measures that count on something still to be done for this patient, of the period that is kept;
// of the past as it was known then, by the measures that are loaded today.
import { withParameters } from '../api.ts';
import { useAnswer } from '../parts/answer.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { day } from '../text/date.ts';

interface Composition { resourceType: string; section?: { title?: string; entry?: unknown[] }[] }
interface Gaps { parameter?: { resource: { entry?: { resource: Composition }[] } }[] }
interface Measures { measures: { period: string }[] }

// Titles of the measures with a gap, as the report's sections have them.
export function gapsIn(gaps: Gaps | null): string[] {
  const entries = (gaps?.parameter ?? []).flatMap((one) => one.resource.entry ?? []);
  const sections = entries.filter((one) => one.resource.resourceType === 'Composition').flatMap((one) => one.resource.section ?? []);
  return sections.filter((section) => (section.entry ?? []).length > 0).map((section) => section.title ?? 'A measure without a title');
}

// Nothing where no measure is loaded.
export function CareGaps({ patient, asOf }: { patient: string; asOf: string | null }) {
  const loaded = useAnswer<Measures>('/measures');
  const newest = (loaded.body?.measures ?? []).map((one) => one.period).sort().at(-1);
  const [start, end] = (newest ?? '').split('/');
  const gaps = useAnswer<Gaps>(newest ? withParameters('/fhir/Measure/$care-gaps', { subject: `Patient/${patient}`, status: 'open-gap', periodStart: start, periodEnd: end, _asOf: asOf }) : null);
  if (!newest) return null;
  const open = gapsIn(gaps.body);
  return (
    <Section title="Care gaps" count={open.length} note={`${day(start)} to ${day(end)}; not clinically reviewed`}>
      {gaps.error && <ErrorPanel error={gaps.error} retry={gaps.again} />}
      {gaps.body && open.length === 0 && <Nothing>No measure has an open gap.</Nothing>}
      <ul class="alerts" aria-label="Open care gaps">{open.map((title) => <li key={title}>{title}</li>)}</ul>
    </Section>
  );
}
