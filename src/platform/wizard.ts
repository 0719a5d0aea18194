import * as vscode from 'vscode';
import { plainText } from '../core/text.ts';
import { Cancelled } from './commands.ts';
import { inertText, withoutIcons } from './texts.ts';

/** Thrown by a step's prompt when the person goes back. */
class Back extends Error {}

/** One question. It asks through `prompts` and keeps the answer where the wizard's owner wants it. */
export interface Step {
  /** Whether the question doesn't arise; asked anew each time the step is reached. */
  skip?(): boolean;
  ask(prompts: Prompts): Promise<void>;
}

export interface InputQuestion {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  /** Whether the typing is hidden. */
  readonly secret?: boolean;
  /** What is wrong with the value, as a sentence; undefined when nothing is. */
  validate?(value: string): string | undefined | Promise<string | undefined>;
}

/** What stands in the box while something is waited for. */
export interface Waiting {
  readonly prompt: string;
  /** To be read off or copied by hand, such as a code. */
  readonly value?: string;
  readonly buttons?: readonly WaitButton[];
}

export interface WaitButton extends vscode.QuickInputButton {
  run(): unknown;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface PickQuestion<T> {
  readonly prompt: string;
  readonly items: readonly Choice<T>[];
  /** The item that is active at first. */
  readonly active?: T;
}

/**
 * Asks questions one after another. Back leads to the question before, with its answer still in it; Escape throws
 * {@link Cancelled}. Nothing is kept by the wizard itself, so leaving it leaves nothing behind.
 */
export async function runWizard(title: string, steps: readonly Step[]): Promise<void> {
  const asked: number[] = [];
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (!step || step.skip?.()) {
      index++;
      continue;
    }
    try {
      await step.ask(new Prompts(title, asked.length + 1, asked.length > 0));
      asked.push(index);
      index++;
    } catch (error) {
      const previous = error instanceof Back ? asked.pop() : undefined;
      if (previous === undefined) {
        throw error instanceof Back ? new Cancelled() : error;
      }
      index = previous;
    }
  }
}

/** In UTF-16 units. A name in a sentence has been cut by whoever put it there. */
const longestText = 1000;

/** An item of a list with names from outside in it: what they would draw is taken out, but for the icon that it begins with. */
function shownChoice<T>(item: Choice<T>): Choice<T> {
  const [icon = ''] = /^\$\([\w-]+\) /.exec(item.label) ?? [];
  const inert = (text: string) => withoutIcons(plainText(text, longestText));
  return {
    ...item,
    label: icon + inert(item.label.slice(icon.length)),
    ...(item.description !== undefined && { description: inert(item.description) }),
    ...(item.detail !== undefined && { detail: inert(item.detail) }),
  };
}

/** The boxes in which a step asks. They stay when the focus goes elsewhere, since a key is often copied from another program. */
export class Prompts {
  readonly #title: string;
  readonly #step: number;
  readonly #canGoBack: boolean;

  constructor(title: string, step = 0, canGoBack = false) {
    this.#title = title;
    this.#step = step;
    this.#canGoBack = canGoBack;
  }

  /**
   * One line of text.
   * @throws Cancelled on Escape
   */
  input(question: InputQuestion): Promise<string> {
    const box = this.#prepare(vscode.window.createInputBox());
    // VS Code draws links in these, also to commands.
    box.prompt = inertText(plainText(question.prompt, longestText));
    box.value = question.value ?? '';
    box.placeholder = question.placeholder ?? '';
    box.password = question.secret ?? false;
    let newest = 0;
    const check = async () => {
      const mine = ++newest;
      const message = await question.validate?.(box.value);
      if (mine === newest) {
        box.validationMessage = message === undefined ? undefined : inertText(plainText(message, longestText));
      }
      return message;
    };
    box.onDidChangeValue(() => {
      // Nobody is told off for what isn't finished: complaints wait for Enter, and go away while it is mended.
      box.validationMessage = undefined;
      newest++;
    });
    return this.#answer(box, async done => {
      const { value } = box;
      box.busy = true;
      const message = await check();
      box.busy = false;
      if (message === undefined) {
        done(value);
      }
    });
  }

  /**
   * One of several.
   * @throws Cancelled on Escape
   */
  pick<T>(question: PickQuestion<T>): Promise<T> {
    const box = this.#prepare(vscode.window.createQuickPick<Choice<T>>());
    box.placeholder = plainText(question.prompt, longestText);
    const shown = new Map(question.items.map(item => [item, shownChoice(item)]));
    box.items = [...shown.values()];
    box.matchOnDescription = true;
    // Undefined may be the value of an item.
    const first = 'active' in question ? question.items.find(item => item.value === question.active) : undefined;
    const active = first && shown.get(first);
    if (active) {
      box.activeItems = [active];
    }
    return this.#answer(box, done => {
      const [chosen] = box.selectedItems;
      if (chosen) {
        done(chosen.value);
      }
    });
  }

  /**
   * Shows that something is being looked up or waited for, between two questions. Escape throws {@link Cancelled}.
   * @param work may change what is shown
   */
  async wait<T>(
    prompt: string,
    work: (signal: AbortSignal, show: (waiting: Waiting) => void) => Promise<T>,
  ): Promise<T> {
    const box = this.#prepare(vscode.window.createInputBox());
    const abort = new AbortController();
    box.prompt = inertText(plainText(prompt, longestText));
    box.busy = true;
    box.enabled = false;
    const { buttons } = box;
    let extra: readonly WaitButton[] = [];
    const show = (waiting: Waiting) => {
      extra = waiting.buttons ?? [];
      box.prompt = waiting.prompt;
      box.value = waiting.value ?? '';
      box.buttons = [...buttons, ...extra];
    };
    const hidden = new Promise<never>((_, reject) => {
      box.onDidHide(() => {
        abort.abort();
        reject(new Cancelled());
      });
      box.onDidTriggerButton(button => {
        const own = extra.find(candidate => candidate === button);
        if (own) {
          own.run();
          return;
        }
        abort.abort();
        reject(new Back());
      });
    });
    box.show();
    try {
      return await Promise.race([work(abort.signal, show), hidden]);
    } finally {
      hidden.catch(() => {});
      box.dispose();
    }
  }

  #prepare<B extends vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>>(box: B): B {
    box.title = plainText(this.#title);
    box.ignoreFocusOut = true;
    if (this.#step > 0) {
      box.step = this.#step;
    }
    box.buttons = this.#canGoBack ? [vscode.QuickInputButtons.Back] : [];
    return box;
  }

  #answer<T>(
    box: vscode.InputBox | vscode.QuickPick<Choice<T>>,
    accept: (done: (value: T) => void) => void | Promise<void>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      box.onDidAccept(() => void accept(resolve));
      box.onDidTriggerButton(() => reject(new Back()));
      box.onDidHide(() => reject(new Cancelled()));
      box.show();
    }).finally(() => box.dispose());
  }
}
