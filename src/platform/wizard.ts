import * as vscode from 'vscode';
import { plainText } from '../core/text.ts';
import type { CommandId } from '../ids.ts';
import { Cancelled } from './commands.ts';
import { inertLine, inertText, withoutIcons } from './texts.ts';

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

/** A line between two groups of items. */
export interface Separator extends vscode.QuickPickItem {
  readonly kind: vscode.QuickPickItemKind.Separator;
}

export interface PickQuestion<T> {
  readonly prompt: string;
  readonly items: readonly (Choice<T> | Separator)[];
  /** The item that is active at first. */
  readonly active?: T;
  /** Why the active item came to nothing when it was picked before, as a sentence to stand beneath it; may be empty. */
  readonly problem?: string | undefined;
  /** What is said where there are no items: a box with nothing in it looks as if something had to be typed. */
  readonly none?: Nothing;
}

/** That there is nothing to choose from, and the command that makes something. */
export interface Nothing {
  readonly message: string;
  readonly offer?: { readonly title: string; readonly command: CommandId };
}

/**
 * Asks questions one after another. Back leads to the question before, with its answer still in it, and what was typed at
 * the one that it left is there again later; Escape throws {@link Cancelled}. Nothing outlives the wizard, so leaving it
 * leaves nothing behind.
 */
export async function runWizard(title: string, steps: readonly Step[]): Promise<void> {
  const asked: number[] = [];
  const typed: TypedTexts = new Map();
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (!step || step.skip?.()) {
      index++;
      continue;
    }
    try {
      await step.ask(new Prompts(title, asked.length + 1, asked.length > 0, typed));
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
function shownItem<I extends vscode.QuickPickItem>(item: I): I {
  const [icon = ''] = /^\$\([\w-]+\) /.exec(item.label) ?? [];
  return {
    ...item,
    label: icon + inert(item.label.slice(icon.length)),
    ...(item.description !== undefined && { description: inert(item.description) }),
    ...(item.detail !== undefined && { detail: inert(item.detail) }),
  };
}

function inert(text: string): string {
  return withoutIcons(plainText(text, longestText));
}

async function tellNothing({ message, offer }: Nothing): Promise<void> {
  const chosen = await vscode.window.showInformationMessage(inertText(message), ...(offer ? [offer] : []));
  if (chosen) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

/** What was typed at a question, by its prompt, when the person went back instead of answering it. */
type TypedTexts = Map<string, string>;

/** The boxes in which a step asks. They stay when the focus goes elsewhere, since a key is often copied from another program. */
export class Prompts {
  readonly #title: string;
  readonly #step: number;
  readonly #canGoBack: boolean;
  readonly #typed: TypedTexts;

  constructor(title: string, step = 0, canGoBack = false, typed: TypedTexts = new Map()) {
    this.#title = title;
    this.#step = step;
    this.#canGoBack = canGoBack;
    this.#typed = typed;
  }

  /**
   * One line of text.
   * @throws Cancelled on Escape
   */
  input(question: InputQuestion): Promise<string> {
    const box = this.#prepare(vscode.window.createInputBox());
    // VS Code draws links in these, also to commands.
    box.prompt = inertLine(question.prompt);
    const given = question.value ?? '';
    box.value = this.#typed.get(question.prompt) ?? given;
    box.placeholder = question.placeholder ?? '';
    box.password = question.secret ?? false;
    let newest = 0;
    const check = async () => {
      const mine = ++newest;
      const message = await question.validate?.(box.value);
      if (mine === newest) {
        box.validationMessage = message === undefined ? undefined : inertLine(message);
      }
      return message;
    };
    box.onDidChangeValue(() => {
      // Nobody is told off for what isn't finished: complaints wait for Enter, and go away while it is mended.
      box.validationMessage = undefined;
      newest++;
    });
    box.onDidTriggerButton(() => {
      if (box.value !== given) {
        this.#typed.set(question.prompt, box.value);
      }
    });
    return this.#answer(box, async done => {
      const { value } = box;
      box.busy = true;
      const message = await check();
      box.busy = false;
      if (message === undefined) {
        this.#typed.delete(question.prompt);
        done(value);
      }
    });
  }

  /**
   * One of several.
   * @throws Cancelled on Escape, and after a message where there is nothing to choose from
   */
  pick<T>(question: PickQuestion<T>): Promise<T> {
    if (question.none && question.items.length === 0) {
      void tellNothing(question.none);
      return Promise.reject(new Cancelled());
    }
    const box = this.#prepare(vscode.window.createQuickPick<Choice<T> | Separator>());
    box.placeholder = plainText(question.prompt, longestText);
    box.matchOnDescription = true;
    // Undefined may be the value of an item.
    const isActive = (item: Choice<T> | Separator) =>
      'active' in question && 'value' in item && item.value === question.active;
    const { problem } = question;
    box.items = question.items.map(item => {
      const shown = shownItem(item);
      return problem && isActive(item) ? { ...shown, detail: `$(error) ${inert(problem)}` } : shown;
    });
    const active = box.items.find(isActive);
    if (active) {
      box.activeItems = [active];
    }
    return this.#answer(box, done => {
      const [chosen] = box.selectedItems;
      if (chosen && 'value' in chosen) {
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
    box.prompt = inertLine(prompt);
    box.busy = true;
    box.enabled = false;
    const { buttons } = box;
    let extra: readonly WaitButton[] = [];
    const show = (waiting: Waiting) => {
      extra = waiting.buttons ?? [];
      box.prompt = inertLine(waiting.prompt);
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

  /**
   * For questions that belong to another one: Back leads to that one.
   * @returns undefined after Back
   */
  async aside<T>(ask: (prompts: Prompts) => Promise<T>): Promise<T | undefined> {
    try {
      return await ask(new Prompts(this.#title, this.#step, true, this.#typed));
    } catch (error) {
      if (error instanceof Back) {
        return undefined;
      }
      throw error;
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
    box: vscode.InputBox | vscode.QuickPick<Choice<T> | Separator>,
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
