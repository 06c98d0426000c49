// The dialog in which something is signed from a chart.
export const dialog = (page) => page.getByRole('dialog');
export const act = (page, name) => dialog(page).getByRole('button', { name });

// The live chart of a patient, and the dialog that the button opens: by its whole name or a pattern.
export async function openDialog(walker, id, button) {
  const page = await walker.open(`/patients/${id}`);
  await page.getByText('Live, as of').waitFor();
  await page.getByRole('button', { name: button, exact: true }).first().click();
  return page;
}
