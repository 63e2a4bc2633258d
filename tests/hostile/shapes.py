"""Pages in the shapes that real ones have, to be broken by `mutation`: a site's page, posts, feeds, maps."""

_STYLE = """.tip{display:none} #more{font-size:0;color:#fff} .wrap{overflow:hidden;height:0}
.a{color:rgb(255, 255, 255);background:rgb(255,255,255)} @media screen{.b{left:-9999px}}"""
_SCRIPT = 'var ct = "1764200000";var nickname = htmlDecode("云溪口腔");var biz = "MzA5NzQ2OTAyMA=="'

SITE = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="600;url=/next.html"><title>云溪口腔门诊部_种植牙</title><style>{_STYLE}</style>
<link rel="canonical" href="/index.html"><script src="/js/jquery.js"></script></head><body style="color:rgb(0,0,0)">
<div class="header nav"><ul><li><a href="/about.html">门诊简介</a></li><li><a href="news/list_2.html?page=2&amp;sid=9">动态
</a></li></ul></div><div id="app" class="main"><h1>种植牙专场</h1><p class="a">主任亲诊，治愈率98%，终身不复发。</p>
<p style="font-size:0px">隐藏的文字在这里面</p><table width="100%"><tr><td rowspan="2">项目</td><td>价格</td></tr></table>
<img src="/upload/a.jpg" width="600" height="400" alt="海报"><img data-src="//cdn.example/b.png" srcset="b.png 2x">
<!-- 注释里也写着：根治不反弹 --><noscript>请打开脚本 <img src="http://127.0.0.1/x.gif"></noscript>
<iframe src="https://www.53kf.com/webCompany.php?arg=1" width="0"></iframe><map><area href="/map.html"></map>
<form action="/yuyue"><input name="tel" value="13800000000"><textarea>留言</textarea><select><option>内科</select></form>
<p>广告批准文号：（云）医广【2026】第03-10-001号，电话：0571-88888888，微信：yunxikq2026。</p>
<script>location.href="/go.html";fetch("/api")</script></div><div class="footer">地址：云溪市中山路1号</div></body></html>"""

MP = f"""<!DOCTYPE html><html><head><meta property="og:title" content="本周义诊通知"><script>{_SCRIPT}
var msg_source_url = "https://yx.example/a"</script></head><body><h1 id="activity-name">本周义诊通知</h1>
<a id="js_name">云溪口腔</a><em id="publish_time">2026-11-20 09:30</em>
<div id="js_content" style="visibility: hidden; opacity: 0;"><section style="color:rgba(255,0,0,1)">
<p>正畸九五折，<b>包治</b>口臭。</p><img data-src="https://mmbiz.example/1?wx_fmt=png" data-w="1080"></section>
<mpvideosnap data-url="v1"></mpvideosnap></div>
<a href="https://mp.weixin.qq.com/s?__biz=MzA5NzQ2OTAyMA==&amp;mid=1&amp;idx=1">上一篇</a></body></html>"""

TOUTIAO = """<html><head><title>灰指甲怎么办</title></head><body><article><h1>灰指甲怎么办</h1>
<div class="article-meta"><span>2026-11-02 08:00</span><span class="name">云溪皮肤科</span></div><p>三天见效，无效退款。</p>
<video src="/v.mp4"></video>
<a href="/c/user/token/MS4wLjABAAAA12345/">作者</a></article></body></html>"""

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>云溪口腔</title><item><title>种植牙</title>
<link>https://mp.weixin.qq.com/s/abc</link><pubDate>Fri, 20 Nov 2026 09:30:00 GMT</pubDate></item></channel></rss>"""

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "url": "https://yx.example/1"},
{"id": 2, "url": "https://yx.example/2", "attachments": [{"url": "https://yx.example/2.mp3"}]}]}"""

CSV_FEED = "标题,网址\n种植牙,https://yx.example/1\n正畸,https://yx.example/2\n"

MAP = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>http://yx.example/a.html</loc><lastmod>2026-11-01</lastmod><priority>0.8</priority></url></urlset>"""

MAP_INDEX = """<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>http://yx.example/1.xml</loc></sitemap></sitemapindex>"""

ROBOTS = "User-agent: *\nDisallow: /admin\nCrawl-delay: 1\nSitemap: http://yx.example/sitemap.xml\n"

PAGES = (SITE, MP, TOUTIAO)
LISTS = (RSS, JSON_FEED, CSV_FEED, MAP, MAP_INDEX, ROBOTS)
