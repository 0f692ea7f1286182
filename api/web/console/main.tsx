import { startPage } from "../shared/page";
import { Page } from "./page";
import { eraseOldDrafts } from "./report/draft";
import { LOADERS } from "./text";

eraseOldDrafts();
void startPage(LOADERS, Page);
