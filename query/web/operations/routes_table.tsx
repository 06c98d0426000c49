// Which routes are asked most, and how fast they answer.
import { Section } from '../parts/section.tsx';
import { duration, perSecond } from './figure_text.ts';
import { quantile, rate, sum, type Reading } from './prometheus.ts';

const shown = 10;

export function RoutesTable({ readings }: { readings: readonly Reading[] }) {
  const now = readings.at(-1), before = readings.at(-6) ?? readings[0];
  if (!now) return null;
  const routes = now.samples.filter((one) => one.name === 'http_request_seconds_count').sort((a, b) => b.value - a.value).slice(0, shown);
  return (
    <Section title="Busiest routes" note="times since the node began">
      <div class="wide-table" role="region" aria-label="Table: busiest routes" tabIndex={0}>
        <table class="routes">
          <thead><tr><th>Route</th><th class="number">Requests</th><th class="number">Now</th><th class="number">Half within</th><th class="number">99% within</th><th class="number">Failed</th></tr></thead>
          <tbody>
            {routes.map(({ labels: { route = '' }, value }) => {
              const wanted = (labels: Readonly<Record<string, string>>) => labels.route === route;
              const failed = sum(now.samples, 'http_requests_total', (labels) => labels.route === route && (labels.status ?? '').startsWith('5'));
              return (
                <tr key={route}>
                  <td class="id">{route}</td><td class="number">{value}</td><td class="number">{perSecond(rate(before, now, 'http_request_seconds_count', wanted))}</td>
                  <td class="number">{duration(quantile(now.samples, 'http_request_seconds', 0.5, wanted))}</td><td class="number">{duration(quantile(now.samples, 'http_request_seconds', 0.99, wanted))}</td><td class="number">{failed}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
