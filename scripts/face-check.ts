/** What a program can see wrong with a screen. */
import type { Page } from '@playwright/test';

/** A landscape tablet: what the operator watches all day must fit on it without scrolling. */
const LANDSCAPE_PX = 1024;

/** 20 mm at 96 px per 25.4 mm, and what is large enough elsewhere. */
const GLOVE_PX = 75.6;
const FINGER_PX = 44;

/**
 * What is wrong with the screen as it stands: the page scrolls sideways, the line view does not fit, text is cut off, a
 * target is too small for a gloved (or bare) finger, or words are left in another language.
 */
export async function faceFindings(page: Page, language: string, glove: boolean): Promise<readonly string[]> {
  const mustFit = glove && (page.viewportSize()?.width ?? 0) >= LANDSCAPE_PX;
  const findings = await page.evaluate(findInPage, { smallest: glove ? GLOVE_PX : FINGER_PX, mustFit });
  if (language === 'ko') return findings;
  const foreign = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode()) {
      const { textContent, parentElement } = walker.currentNode;
      if (/[\uac00-\ud7a3]/.test(textContent ?? '') && parentElement?.closest('[lang=ko]') === null) texts.push(textContent ?? '');
    }
    return texts;
  });
  return [...findings, ...foreign.map((text) => `left in Korean: "${text.trim()}"`)];
}

/** Runs in the page. */
function findInPage({ smallest, mustFit }: { smallest: number; mustFit: boolean }): string[] {
  const found: string[] = [];
  const nameOf = (element: Element): string =>
    `<${element.tagName.toLowerCase()}> "${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}"`;

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > window.innerWidth) found.push(`scrolls sideways: ${scrollWidth} px in ${window.innerWidth} px`);

  const main = document.querySelector('main');
  if (mustFit && main !== null && main.scrollHeight > main.clientHeight) {
    found.push(`does not fit: ${main.scrollHeight} px in ${main.clientHeight} px`);
  }

  const scope = document.querySelector('dialog[open]') ?? document.body;
  for (const element of scope.querySelectorAll<HTMLElement>('*')) {
    if (!element.checkVisibility() || element.closest('.visually-hidden, svg, canvas, option, .skip') !== null) continue;
    const style = getComputedStyle(element);
    const ownText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    const box = element.getBoundingClientRect();
    if (ownText && style.display !== 'inline' && element.scrollWidth > element.clientWidth + 1) {
      found.push(`text wider than its box: ${nameOf(element)}`);
    }
    const scrollFrame = element.closest('[role=group][tabindex="0"]');
    if (ownText && scrollFrame === null && (box.right > window.innerWidth + 1 || box.left < -1)) {
      found.push(`outside of the screen: ${nameOf(element)}`);
    }
    if (style.overflow !== 'visible' && style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1) {
      found.push(`content cut off: ${nameOf(element)}`);
    }
  }

  // A radio or file input is as large as the label around it; a link in a sentence is text.
  for (const target of scope.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary, [role=listbox]')) {
    const control = target.closest('label') ?? target;
    if (!control.checkVisibility() || control.classList.contains('skip') || control.closest('p') !== null) continue;
    const { width, height } = control.getBoundingClientRect();
    if (width < smallest - 0.5 || height < smallest - 0.5) {
      found.push(`target of ${Math.round(width)} x ${Math.round(height)} px: ${nameOf(control)}`);
    }
  }
  return found;
}
