/** A text with `#` for the numbers in its durations: how many minutes are left depends on how busy the machine is. */
export function anyTime(text: string): string {
  return text.replaceAll(/\b\d+ (?=min|s\b|h\b)/g, '# ');
}
