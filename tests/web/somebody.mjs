// A patient of the population with drugs in force and results.
export async function somebody(walker) {
  if (somebody.found) return somebody.found;
  const ids = (await walker.ask('/fhir/Patient?_count=40')).body.entry.map((entry) => entry.resource.id);
  for (const id of ids) {
    const chart = (await walker.ask(`/charts/${id}?limit=1000`)).body;
    const drugs = (await walker.ask(`/charts/${id}/medications`)).body.active ?? [];
    if (!chart.patient.deceased && drugs.length > 2 && chart.labs.items.length > 5 && chart.problems.items.length > 1) return (somebody.found = { id, chart, drugs });
  }
  throw new Error('nobody in the population has drugs, results and problems');
}

