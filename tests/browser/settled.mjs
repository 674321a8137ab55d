// Waits for so many worlds of what the page of `redqueen explore` is asked for now: what comes late of an older change does not count.
export async function settled(page, runs, timeout = 60000) {
  const come = (runs) => {
    const { drawn, of, wanted } = document.getElementById("results").dataset;
    return of === wanted && Number(drawn) >= runs;
  };
  await page.waitForFunction(come, runs, { timeout });
}
