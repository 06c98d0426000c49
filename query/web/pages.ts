// All pages. A page is its file, a line here, and its address in page_routes.cc (for reloads).
import type { ComponentType } from 'preact';
import { AuditPage } from './pages/audit.tsx';
import { ChartPage } from './pages/chart.tsx';
import { FindPage } from './pages/find.tsx';
import { OperationsPage } from './pages/operations.tsx';
import { PopulationPage } from './pages/population.tsx';
import { match, type Names } from './router.ts';

export interface PageProps { names: Names; address: URL }

interface Page {
  pattern: string;
  title: string;
  component: ComponentType<PageProps>;
  inBar?: string;  // its word in the bar, if it is there
}

export const pages: readonly Page[] = [
  { pattern: '/', title: 'Find a patient', component: FindPage, inBar: 'Patients' },
  { pattern: '/patients', title: 'Find a patient', component: FindPage },
  { pattern: '/patients/:id/*', title: 'Chart', component: ChartPage },
  { pattern: '/population', title: 'Population', component: PopulationPage, inBar: 'Population' },
  { pattern: '/population/*', title: 'Population', component: PopulationPage },
  { pattern: '/audit', title: 'Audit', component: AuditPage, inBar: 'Audit' },
  { pattern: '/operations', title: 'Operations', component: OperationsPage, inBar: 'Operations' },
];

export function pageAt(path: string): { page: Page; names: Names } | null {
  for (const page of pages) {
    const names = match(page.pattern, path);
    if (names) return { page, names };
  }
  return null;
}
