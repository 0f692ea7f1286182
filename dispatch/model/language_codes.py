"""Language codes: the two-letter code of each longer code, and codes that people write by mistake.

ISO 639-1 codes with their ISO 639-2 (both kinds) and 639-3 equivalents, and the individual languages that Unicode's CLDR
(`languageAlias`, release 47, as shipped in Babel 2.18) treats as the same; RFC 5646 §2.2.1 requires the shorter code where one
exists. ISO 639-3 has some 8,000 more codes, which have no shorter form and are kept unchanged.
"""

from collections.abc import Mapping

_TABLE = """
aa=aar ab=abk ae=ave af=afr ak=aka+fat am=amh an=arg ar=ara+arb as=asm av=ava ay=aym+ayr az=aze+azj ba=bak
be=bel bg=bul bi=bis bm=bam bn=ben bo=bod+tib br=bre bs=bos ca=cat ce=che ch=cha co=cos cr=cre+cwd cs=ces+cze
cu=chu cv=chv cy=cym+wel da=dan de=deu+ger dv=div dz=adp+dzo ee=ewe el=ell+gre en=eng eo=epo es=spa et=ekk+est
eu=baq+eus fa=fas+per+pes ff=fuc+ful fi=fin fj=fij fo=fao fr=fra+fre fy=fry ga=gle gd=gla gl=glg gn=grn+gug
gu=guj+prp gv=glv ha=hau he=heb hi=hin ho=hmo hr=hrv+scr ht=hat hu=hun hy=arm+hye hz=her ia=ina id=ind ie=ile
ig=ibo ii=iii ik=esk+ipk io=ido is=ice+isl it=ita iu=ike+iku ja=jpn jv=jav ka=geo+kat kg=kng+kon ki=kik kj=kua
kk=kaz kl=kal km=khm kn=kan ko=kor kr=kau+knc ks=kas ku=kmr+kur kv=kom+kpv kw=cor ky=kir la=lat lb=ltz lg=lug
li=lim ln=lin lo=lao lt=lit lu=lub lv=lav+lvs mg=mlg+plt mh=mah mi=mao+mri mk=mac+mkd ml=mal mn=drh+khk+mon
mr=mar ms=may+msa+zsm mt=mlt my=bur+mya na=nau nb=nob nd=nde ne=nep+npi ng=ndo nl=dut+nld nn=nno no=nor nr=nbl
nv=nav ny=nya oc=oci oj=ojg+oji om=gaz+orm or=ori+ory os=oss pa=pan pi=pli pl=pol ps=pbu+pus pt=por qu=que+quz
rm=roh rn=run ro=mol+ron+rum ru=rus rw=kin sa=cls+san sc=src+srd sd=snd se=sme sg=sag sh=hbs si=sin sk=slk+slo
sl=slv sm=smo sn=sna so=som sq=alb+als+sqi sr=scc+srp ss=ssw st=sot su=sun sv=swe sw=swa+swh ta=tam te=tel
tg=tgk th=tha ti=tir tk=tuk tl=tgl tn=tsn to=ton tr=tur ts=tso tt=tat tw=twi ty=tah ug=uig uk=ukr ur=urd
uz=uzb+uzn ve=ven vi=vie vo=vol wa=wln wo=wol xh=xho yi=ydd+yid yo=yor za=zha+zyb zh=chi+cmn+zho zu=zul
"""

LONGER: Mapping[str, tuple[str, ...]] = {
    short: tuple(longer.split("+")) for short, longer in (entry.split("=") for entry in _TABLE.split())
}
"""All assigned two-letter codes, each with its longer codes."""

WITHDRAWN: Mapping[str, str] = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}
"""Codes withdrawn from ISO 639, with their successors (IANA registry, `Preferred-Value`)."""

REGION_FOR_LANGUAGE: Mapping[str, str] = {
    "al": "sq",
    "by": "be",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "gb": "en",
    "ge": "ka",
    "gr": "el",
    "il": "he",
    "ir": "fa",
    "jp": "ja",
    "kz": "kk",
    "rs": "sr",
    "tj": "tg",
    "tm": "tk",
    "ua": "uk",
    "us": "en",
    "vn": "vi",
}
"""Country codes that people write instead of language codes. Only codes that are not language codes themselves, of countries
where the intended language is clear: `kg` is the language Kongo, and `uz` is a correct language code."""

NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
"""Special codes of ISO 639-2: uncoded, multiple, undetermined, no linguistic content. They name no language to search for."""

SHORTER: Mapping[str, str] = {
    **{code: short for short, codes in LONGER.items() for code in codes},
    **REGION_FOR_LANGUAGE,
    **WITHDRAWN,
}
"""Every non-canonical code, with its canonical code."""
