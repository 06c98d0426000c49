// Finding a patient, with the keyboard alone.
import assert from 'node:assert/strict';

const officialName = (patient) => `${patient.name[0].family}, ${patient.name[0].given.join(' ')}`;

export async function aPatientIsFoundByNameBirthDateOrIdentifierWithoutAMouse(walker) {
  const one = (await walker.ask('/fhir/Patient?_count=30')).body.entry.map((entry) => entry.resource).find((patient) => patient.birthDate && patient.identifier);
  const name = officialName(one);
  for (const typed of [`${one.name[0].family} ${one.birthDate}`, one.identifier[0].value, name.toLowerCase().replace(',', '')]) {
    const page = await walker.open('/');
    await page.getByRole('combobox', { name: 'Find a patient' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.type(typed);
    await page.locator('#find-hits').getByRole('option', { name }).first().waitFor();
    const found = await page.locator('#find-hits').getByRole('option').allInnerTexts();
    const at = found.findIndex((text) => text.startsWith(name));
    for (let i = 0; i < at; ++i) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/patients\/./);
    assert.deepEqual(page.complaints, []);
  }
}

export async function theFinderLooksRight(walker) {
  await walker.looks('/', 'find', (page) => page.locator('input:focus').waitFor(), async (page) => {
    await page.keyboard.type('a');
    await page.keyboard.type('b');
    await page.locator('#find-hits [role=option]').first().waitFor();
  });
}
