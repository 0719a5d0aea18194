// What VS Code is told to run: loads the bundle of a suite and runs it. VS Code swallows the reason when a bundle
// can't be loaded; here it goes where the results go. Plain JavaScript, so that nothing can be wrong with it.
const { appendFileSync } = require('node:fs');

exports.run = async () => {
  const { bundle, resultsFile } = JSON.parse(process.env.MCP_KEYRING_TEST_ENV);
  try {
    await require(bundle).run();
  } catch (error) {
    const failure = { kind: 'failed', title: '(while the suite was loaded)', message: String(error?.message ?? error) };
    appendFileSync(resultsFile, `${JSON.stringify({ ...failure, stack: error?.stack })}\n`);
    appendFileSync(resultsFile, `${JSON.stringify({ kind: 'ended' })}\n`);
  }
};
