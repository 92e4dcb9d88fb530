// The words of a card as the CDS Hooks sandbox shows them: react-markdown, with GitHub's own
// additions (remark-gfm) and with HTML let through (rehype-raw). page.py opens this in Chromium.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import Markdown from 'react-markdown';
import rehypeRaw from 'rehype-raw';
import remarkGfm from 'remark-gfm';

window.ran = [];
window.trap = (what = 'trap') => { window.ran.push(String(what)); };
['alert', 'confirm', 'prompt', 'print', 'open'].forEach((name) => {
  window[name] = () => { window.ran.push(name); };
});

// Every element of a card's text with its attributes, such as "a href=https://x.example".
const marksOf = (place) => [...place.querySelectorAll('*')].map((element) => [
  element.localName,
  ...[...element.attributes].map((one) => `${one.name}=${one.value}`),
].join(' '));

// What each text becomes: its elements, the words that can be read, and what React could not take.
window.show = (texts) => texts.map((text) => {
  const place = document.createElement('div');
  document.body.append(place);
  try {
    flushSync(() => createRoot(place).render(
      <Markdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeRaw]}>{text}</Markdown>,
    ));
  } catch (error) {
    return { marks: ['what React throws out'], words: String(error) };
  }
  return { marks: marksOf(place), words: place.textContent };
});

window.clear = () => { document.body.replaceChildren(); };
