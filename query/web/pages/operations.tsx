// For who runs the node: whether it is well, how much it does, what waits, what is stuck and why.
import { HealthPart, Verdict, type Health } from '../operations/health.tsx';
import { QuarantinePart } from '../operations/quarantine.tsx';
import { Rates } from '../operations/rates.tsx';
import { RefusalsPart } from '../operations/refusals.tsx';
import { RoutesTable } from '../operations/routes_table.tsx';
import { useAgain } from '../operations/use_again.ts';
import { useFigures } from '../operations/use_figures.ts';
import { MeasuresPart, ProcessPart, SubscriptionsPart } from '../operations/work.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';

export function OperationsPage() {
  const health = useAgain<Health>('/health/ready', 2000, true);
  const { readings, error } = useFigures();
  const reading = readings.at(-1);
  return (
    <>
      <header class="page-head"><h1>Operations</h1><p class="quiet">This node, as it says itself</p></header>
      <Verdict health={health} />
      {error && <ErrorPanel error={error} />}
      <div class="operations">
        <Rates readings={readings} />
        <div class="columns">
          <div>
            <HealthPart health={health} reading={reading} />
            <RefusalsPart readings={readings} />
            <RoutesTable readings={readings} />
          </div>
          <div>
            <QuarantinePart />
            <SubscriptionsPart reading={reading} />
            <MeasuresPart />
            <ProcessPart reading={reading} />
          </div>
        </div>
      </div>
    </>
  );
}
