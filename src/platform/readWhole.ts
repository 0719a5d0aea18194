/** How long an empty file is given to get its content, in ms. */
const patience = 250;

/**
 * Reads a file that may be about to be edited. Many programs empty a file and then write it anew: an edit in that moment
 * would be one of a file without anything in it, and all of its servers lost.
 * @param read undefined where there is no file
 */
export async function readWhole(read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  const pause = 25;
  for (let waited = 0; ; waited += pause) {
    const content = await read();
    if (content === undefined || content.length > 0 || waited >= patience) {
      return content;
    }
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}
